//go:build unix

package main

import (
	"bufio"
	"io"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// hearsNote reads standard error until fid says the words.
func hearsNote(t *testing.T, r io.Reader, words string) {
	t.Helper()
	for lines := bufio.NewScanner(r); lines.Scan(); {
		if strings.Contains(lines.Text(), words) {
			return
		}
	}
	t.Errorf("fid never said %q", words)
}

func TestSessionThatGoesOnSaysWhy(t *testing.T) {
	t.Parallel() // it waits
	h := newHost(t)
	stdin, feed := pipe(t)
	r, w := pipe(t)
	p := begin(t, stdin, func(c *exec.Cmd) { c.Stderr = w }, "connect", "-v", h.addr())
	_ = w.Close()
	c := h.client()
	_, _ = feed.WriteString("asked")
	_, _ = io.ReadFull(c, make([]byte, 5))
	c.finishes()
	hearsNote(t, r, "the far end has finished; what standard input gives is still sent (--hangup ends here)")
	_ = feed.Close()
	c.hears(nil)
	if code := p.code(); code != 0 {
		t.Errorf("exit %d", code)
	}
}

func TestSessionWithoutInputSaysWhatItWaitsFor(t *testing.T) {
	t.Parallel() // it waits
	h := newHost(t)
	r, w := pipe(t)
	p := begin(t, nil, func(c *exec.Cmd) { c.Stderr = w }, "connect", "-v", h.addr())
	_ = w.Close()
	c := h.client()
	hearsNote(t, r, "no input: waiting for the far end to finish (-N ends our side)")
	c.finishes()
	c.hears(nil)
	if code := p.code(); code != 0 {
		t.Errorf("exit %d", code)
	}
}

func TestSignalsThatTheParentIgnoresStayIgnored(t *testing.T) {
	h := newHost(t)
	stdin, feed := pipe(t)
	p := begin(t, stdin, throughShell("trap '' HUP INT; %"), "connect", h.addr())
	c := h.client()
	_, _ = feed.WriteString("a")
	_, _ = io.ReadFull(c, make([]byte, 1))
	_ = p.cmd.Process.Signal(syscall.SIGHUP)
	_ = p.cmd.Process.Signal(syscall.SIGINT)
	_, _ = feed.WriteString("b")
	_ = feed.Close()
	c.hears([]byte("b"))
	_ = c.Close()
	p.wants(0)
}
