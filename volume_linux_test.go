package main

import (
	"io"
	"testing"

	"golang.org/x/sys/unix"
)

// With --raw-output, and a terminal that adds nothing itself (OPOST), all bytes reach it.
func TestALongStreamToATerminalIsWhole(t *testing.T) {
	screen, tty := terminal(t)
	modes, err := unix.IoctlGetTermios(int(tty.Fd()), unix.TCGETS)
	if err == nil {
		modes.Oflag &^= unix.OPOST
		err = unix.IoctlSetTermios(int(tty.Fd()), unix.TCSETS, modes)
	}
	if err != nil {
		t.Fatal(err)
	}
	h := newHost(t)
	p := begin(t, nil, on(tty), "connect", "--raw-output", h.addr())
	s, c := newStream(64<<20), h.client()
	go s.sends(c)
	s.arrives(t, io.LimitReader(screen, 64<<20))
	p.wants(0)
}
