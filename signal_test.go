//go:build unix

package main

import (
	"errors"
	"io"
	"os/exec"
	"syscall"
	"testing"
)

// The tests of ends by a signal, SIGPIPE among them.

func TestReaderOfOutputGoneEndsBySIGPIPEAndResets(t *testing.T) {
	for _, says := range []int{0, 1 << 20} { // it is noticed without a write, too
		h := newHost(t)
		stdin, _ := pipe(t)
		r, w := pipe(t)
		p := begin(t, stdin, func(c *exec.Cmd) { c.Stdout = w }, "connect", h.addr())
		_ = w.Close()
		c := h.client()
		_ = r.Close()
		if _, err := c.Write(pattern(says)); !errors.Is(err, errConnReset) { // a Write takes the reset from the Read
			c.hearsReset()
		}
		p.wants(141)
	}
}

func TestKilledSenderIsAResetForTheReceiver(t *testing.T) {
	h := newHost(t)
	stdin, feed := pipe(t)
	p := begin(t, stdin, nil, "connect", h.addr())
	c := h.client()
	_, _ = feed.WriteString("half")
	_, _ = io.ReadFull(c, make([]byte, 4))
	_ = p.cmd.Process.Kill()
	c.hearsReset()
	p.wants(137)
}

func TestSignalInMidTransferIsAResetAndDiesBySignal(t *testing.T) {
	for _, s := range []syscall.Signal{syscall.SIGHUP, syscall.SIGINT, syscall.SIGTERM} {
		h := newHost(t)
		stdin, feed := pipe(t)
		p := begin(t, stdin, nil, "connect", h.addr())
		c := h.client()
		_, _ = feed.WriteString("half")
		_, _ = io.ReadFull(c, make([]byte, 4))
		_ = p.cmd.Process.Signal(s)
		c.hearsReset()
		p.wants(128 + int(s))
	}
}
