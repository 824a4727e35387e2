//go:build unix

package main

import (
	"io"
	"os/exec"
	"testing"
)

// A byte that is held back until more comes is late each time: a thousand of them, one after the
// other, would be later than patience allows.
func TestSingleBytesAreNotHeldBack(t *testing.T) {
	h := newHost(t)
	go h.echoes()
	ping := func(t *testing.T, out io.Writer, in io.Reader) {
		t.Helper()
		for i := range 1000 {
			b := []byte{byte(i)}
			if _, err := out.Write(b); err != nil {
				t.Fatal(err)
			}
			if _, err := io.ReadFull(in, b); err != nil || b[0] != byte(i) {
				t.Fatalf("ping %d: %d came back, and %v", i, b[0], err)
			}
		}
	}
	for _, args := range [][]string{{"echo", "127.0.0.1:0"}, {"relay", "127.0.0.1:0", h.addr()}, {"relay", "--hex=/dev/null", "127.0.0.1:0", h.addr()}, {"listen", "-e", "cat", "127.0.0.1:0"}} {
		t.Run(args[0], func(t *testing.T) {
			_, addr := serving(t, nil, nil, args...)
			c := dialPeer(t, addr)
			ping(t, c, c)
		})
	}
	t.Run("connect", func(t *testing.T) {
		stdin, feed := pipe(t)
		r, w := pipe(t)
		p := begin(t, stdin, func(c *exec.Cmd) { c.Stdout = w }, "connect", h.addr())
		_ = w.Close()
		ping(t, feed, r)
		_ = feed.Close()
		p.wants(0)
	})
}
