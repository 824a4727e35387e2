package main

import (
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// asks starts a fid with a terminal, and with its standard streams elsewhere, and
// waits until it asks for a password there.
func asks(t *testing.T, h *host) (p *process, keys, tty *os.File) {
	t.Helper()
	keys, tty = terminal(t)
	r, _ := pipe(t)
	p = begin(t, r, func(c *exec.Cmd) {
		withEnv()(c)
		controls(tty)(c)
		c.Stdin, c.Stdout, c.Stderr = r, nil, nil
		c.ExtraFiles = []*os.File{tty}
		c.SysProcAttr.Ctty = 3
	}, "connect", "-x", h.addr(), "-P", "me", "db.example", "5432")
	want := "Password of me at " + h.addr() + ": "
	got := make([]byte, len(want))
	if _, err := io.ReadFull(keys, got); err != nil || string(got) != want {
		t.Fatalf("the screen shows %q and %v, want %q", got, err, want)
	}
	return p, keys, tty
}

func hasEcho(t *testing.T, tty *os.File) bool {
	t.Helper()
	state, err := unix.IoctlGetTermios(int(tty.Fd()), unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	return state.Lflag&unix.ECHO != 0
}

func TestAPasswordIsAskedForOnTheTerminalAndNotShown(t *testing.T) {
	h := newHost(t)
	_, keys, tty := asks(t, h)
	if err := await(func() bool { return !hasEcho(t, tty) }); err != nil {
		t.Fatal("the terminal shows what is typed")
	}
	_, _ = keys.WriteString("s3cret\n")
	c := h.client()
	c.hearsWords("\x05\x02\x00\x02")
	c.says([]byte("\x05\x02"))
	c.hearsWords("\x01\x02me\x06s3cret")
	if !hasEcho(t, tty) {
		t.Error("the terminal has no echo any more")
	}
	screen := make([]byte, 100)
	n, _ := keys.Read(screen)
	if strings.Contains(string(screen[:n]), "s3cret") {
		t.Errorf("the screen shows %q", screen[:n])
	}
}

func TestControlCAtTheQuestionForAPasswordLeavesTheTerminalAsItWas(t *testing.T) {
	h := newHost(t)
	p, keys, tty := asks(t, h)
	if err := await(func() bool { return !hasEcho(t, tty) }); err != nil {
		t.Fatal("the terminal shows what is typed")
	}
	_, _ = keys.WriteString("\x03")
	if code := p.code(); code != 130 {
		t.Errorf("exit %d, want 130", code)
	}
	if !hasEcho(t, tty) {
		t.Error("the terminal has no echo any more")
	}
}
