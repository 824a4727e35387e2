//go:build unix

package main

import (
	"bytes"
	"io"
	"os/exec"
	"strings"
	"testing"

	"github.com/creack/pty"
)

// The tests of --pty.

func TestAShellOnATerminalRunsWhatItIsSentAndEndsWithIt(t *testing.T) {
	for _, c := range []struct{ program, says, hears string }{
		{"/bin/sh", "stty size; exit\n", "24 80"},
		{"/bin/sh", "stty size\n", "24 80"},
		{"/bin/sh", "tty <&2; tty <&1\n", "/dev/"},
		{"/bin/sh", "echo $((6*7))", "42"}, // the end comes in the middle of a line
		{"cat", "begun", "begunbegun"},
		{"cat", "", ""},
		{"/bin/sh", "cat\n", "cat"}, // the end is that of the shell, too
	} {
		p, addr := serving(t, nil, nil, "listen", "--pty", "-e", c.program, "127.0.0.1:0")
		got := through(t, addr, []byte(c.says))
		if !strings.Contains(string(got), c.hears) {
			t.Errorf("%s, told %q, said %q", c.program, c.says, got)
		}
		p.wants(0, "listening on")
	}
}

func TestATerminalHasTheSizeOfOurs(t *testing.T) {
	master, slave, err := pty.Open()
	if err != nil {
		t.Skip("no pseudo-terminals here: ", err)
	}
	defer master.Close()
	defer slave.Close()
	if err := pty.Setsize(master, &pty.Winsize{Rows: 33, Cols: 121}); err != nil {
		t.Fatal(err)
	}
	var out buffer
	p := begin(t, slave, func(c *exec.Cmd) { c.Stdout = &out }, "connect", "--pty", "exec:stty size")
	p.wants(0)
	if strings.TrimSpace(out.String()) != "33 121" {
		t.Errorf("the size is %q", out.String())
	}
}

func TestATerminalIsLeftToProgramsThatTurnItRaw(t *testing.T) {
	data := bytes.ReplaceAll(pattern(200000), []byte{0}, []byte{1})
	_, addr := serving(t, nil, nil, "listen", "--pty", "-c", "stty raw -echo; echo ready; head -c 200000 | cat", "127.0.0.1:0")
	c := dialPeer(t, addr)
	c.line()
	go func() {
		_, _ = c.Write(data)
		_ = c.CloseWrite()
	}()
	got, err := io.ReadAll(c)
	if err != nil || !bytes.Equal(got, data) {
		t.Errorf("%d of %d bytes came back, or others: %v", len(got), len(data), err)
	}
}
