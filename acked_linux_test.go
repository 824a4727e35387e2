package main

import (
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// awaitAcked waits until the other kernel has all that the peer wrote.
func awaitAcked(t *testing.T, p *peer) {
	t.Helper()
	raw, err := p.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	for begin := time.Now(); time.Since(begin) < patience; time.Sleep(time.Millisecond) {
		n := 1
		_ = raw.Control(func(fd uintptr) { n, err = unix.IoctlGetInt(int(fd), unix.SIOCOUTQ) })
		if n == 0 && err == nil {
			return
		}
	}
	t.Fatal("the peer's bytes were never acknowledged")
}
