//go:build unix

package main

import (
	"errors"
	"io"
	"net"
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

func TestBareCheckDiesBySignal(t *testing.T) {
	for _, s := range []syscall.Signal{syscall.SIGHUP, syscall.SIGINT, syscall.SIGTERM} {
		h := newHost(t)
		r, w := pipe(t)
		p := begin(t, nil, func(c *exec.Cmd) { c.Stdout = w }, "-z", "-i", "20", h.addr(), h.addr())
		_, _ = io.ReadFull(r, make([]byte, 1)) // the first port is told, and the pause begins
		_ = p.cmd.Process.Signal(s)
		p.wants(128 + int(s))
		if !p.cmd.ProcessState.Sys().(syscall.WaitStatus).Signaled() {
			t.Errorf("%v: ended with %v", s, p.cmd.ProcessState)
		}
	}
}

func TestBareCheckOutlivesTheReaderOfItsErrors(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = l.Close()
	r, w := pipe(t)
	_ = r.Close()
	noReader := func(c *exec.Cmd) { c.Stdout, c.Stderr = w, w }
	begin(t, nil, noReader, "-z", l.Addr().String()).wants(4)
	begin(t, nil, noReader, "-z", "--help").wants(141) // its answer has no reader either
	begin(t, nil, noReader, "-z", "--no-such-flag").wants(2)
	begin(t, nil, noReader, "-z", "127.0.0.1").wants(2)
}
