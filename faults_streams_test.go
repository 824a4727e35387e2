//go:build unix

package main

import (
	"os"
	"os/exec"
	"testing"
)

// The tests of standard output and the record of a run, where they fail.

func TestAListenerWhoseOutputNobodyReadsEndsBySIGPIPE(t *testing.T) {
	stdin, _ := pipe(t)
	r, w := pipe(t)
	p, addr := serving(t, stdin, func(c *exec.Cmd) { c.Stdout = w }, "listen", "127.0.0.1:0")
	_ = w.Close()
	c := dialPeer(t, addr)
	c.says([]byte("x"))
	_, _ = r.Read(make([]byte, 1))
	_ = r.Close()
	c.hearsReset()
	p.wants(141, "listening on")
}

func TestEventsThatCannotBeWrittenHarmNoSessionAndFailTheRun(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("no /dev/full here")
	}
	defer full.Close()
	_, unread := pipe(t)
	r, w := pipe(t)
	_ = r.Close()
	for _, c := range []struct {
		json  string
		third *os.File
		code  int
		says  string
	}{
		{"--json=/dev/full", nil, 9, "fid: /dev/full: no space left on device; from here on no event is written there\nfid: /dev/full: no space left on device\n"},
		{"--json=fd:3", full, 9, "fid: fd:3: no space left on device\n"},
		{"--json=fd:3", w, 9, "fid: fd:3: nobody reads it any more\n"},
		{"--json=fd:3", unread, 0, ""},
	} {
		h := newHost(t)
		p := begin(t, fileOf(t, 1000), func(cmd *exec.Cmd) {
			if c.third != nil {
				cmd.ExtraFiles = []*os.File{c.third}
			}
		}, "connect", c.json, h.addr())
		client := h.client()
		client.hears(pattern(1000))
		client.says([]byte("answer"))
		client.finishes()
		if c.says == "" {
			p.wants(c.code)
		} else {
			p.wants(c.code, c.says)
		}
		if got := p.stdout.String(); got != "answer" {
			t.Errorf("%s: %q came", c.json, got)
		}
		if c.third == nil { // a check, and a failure of its own
			begin(t, nil, nil, "-z", c.json, h.addr()).wants(9, c.says)
			begin(t, nil, nil, "-z", c.json, "127.0.0.1:1").wants(4, "127.0.0.1:1: refused\n")
		}
	}
}
