package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

// The tests of --raw. A fid here has a terminal on 0, 1 and 2, which the test itself does
// not hold open: its end is read once nobody has it any more.

// A rawSession is a fid with --raw, and the screen it writes to.
type rawSession struct {
	*process
	keys   *os.File
	before unix.Termios
	seen   []byte
}

// beginRaw starts fid on a terminal of its own, which is its controlling one if
// controlled.
func beginRaw(t *testing.T, controlled bool, args ...string) *rawSession {
	t.Helper()
	keys, tty := terminal(t)
	set := func(c *exec.Cmd) { c.Stdin, c.Stdout, c.Stderr = tty, tty, tty }
	if controlled {
		set = controls(tty)
	}
	s := &rawSession{keys: keys}
	s.before = s.modes(t)
	s.process = begin(t, nil, set, args...)
	_ = tty.Close()
	return s
}

// modes are the terminal's, asked for at its other side.
func (s *rawSession) modes(t *testing.T) unix.Termios {
	t.Helper()
	modes, err := unix.IoctlGetTermios(int(s.keys.Fd()), unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	return *modes
}

// shows reads the screen until it has shown what is wanted.
func (s *rawSession) shows(want string) {
	s.t.Helper()
	buf := make([]byte, 4096)
	for !strings.Contains(string(s.seen), want) {
		n, err := s.keys.Read(buf)
		if s.seen = append(s.seen, buf[:n]...); err != nil {
			s.t.Fatalf("the screen shows %q and %v, want %q", s.seen, err, want)
		}
	}
}

// isRestored fails the test unless the terminal is, once nobody has it any more, as it
// was; the screen must have shown words.
func (s *rawSession) isRestored(words ...string) {
	s.t.Helper()
	rest, err := io.ReadAll(s.keys)
	if s.seen = append(s.seen, rest...); !errors.Is(err, unix.EIO) {
		s.t.Fatal(err)
	}
	if after := s.modes(s.t); after != s.before {
		s.t.Errorf("the terminal was %+v and is %+v", s.before, after)
	}
	for _, w := range words {
		if !strings.Contains(string(s.seen), w) {
			s.t.Errorf("the screen shows %q, want %q in it", s.seen, w)
		}
	}
}

const howToLeave = "fid: raw terminal; Ctrl-] leaves\r\n"

func TestKeysOfARawTerminalGoToTheFarEndAsTheyAreTyped(t *testing.T) {
	h := newHost(t)
	s := beginRaw(t, true, "connect", "--raw", h.addr())
	c := h.client()
	s.shows(howToLeave)
	typed := "a\r\x03\x04\x1a\x1c\x11\x13\x16\x7f\xff\x00"
	_, _ = s.keys.WriteString(typed)
	got := make([]byte, len(typed))
	if _, err := io.ReadFull(c, got); string(got) != typed {
		t.Errorf("the far end got %q and %v, want %q", got, err, typed)
	}
	c.says([]byte("one\ntwo\x1b[31m\r\n"))
	s.shows("one\ntwo\x1b[31m\r\n") // and no key was shown
	_, _ = s.keys.WriteString("bye\x1dlost")
	c.hears([]byte("bye")) // and an end in order
	s.wants(0)
	s.isRestored()
}

func TestARawTerminalIsWhatItWasOnEveryWayOut(t *testing.T) {
	signalled := func(sig syscall.Signal) func(*rawSession, *peer) {
		return func(s *rawSession, _ *peer) { _ = s.cmd.Process.Signal(sig) }
	}
	for _, way := range []struct {
		name  string
		out   func(*rawSession, *peer)
		code  int
		words string
	}{
		{"the far end's FIN", func(_ *rawSession, c *peer) { c.finishes() }, 0, ""},
		{"the far end's RST", func(_ *rawSession, c *peer) { c.resets() }, 6, "reset after 0 B sent, 0 B received\r\n"},
		{"--deadline", func(*rawSession, *peer) {}, 5, "--deadline"},
		{"SIGHUP", signalled(syscall.SIGHUP), 129, ""},
		{"SIGINT", signalled(syscall.SIGINT), 130, ""},
		{"SIGTERM", signalled(syscall.SIGTERM), 143, ""},
		{"SIGQUIT, where Go ends as after a panic", signalled(syscall.SIGQUIT), 2, "goroutine "},
		{"SIGABRT", signalled(syscall.SIGABRT), 2, "goroutine "},
		{"SIGSEGV", signalled(syscall.SIGSEGV), 2, "goroutine "},
		{"SIGKILL", signalled(syscall.SIGKILL), 137, ""},
	} {
		t.Run(way.name, func(t *testing.T) {
			h := newHost(t)
			args := []string{"connect", "--raw", h.addr()}
			if way.name == "--deadline" {
				args = append(args, "--deadline", "0.3")
			}
			s := beginRaw(t, false, args...)
			c := h.client()
			s.shows(howToLeave)
			if s.modes(t) == s.before {
				t.Error("the terminal is not raw")
			}
			way.out(s, c)
			s.isRestored(way.words)
			s.wants(way.code)
		})
	}
}

func TestAStoppedFidLeavesTheTerminalAsItWasAndTakesItAgain(t *testing.T) {
	h := newHost(t)
	s := beginRaw(t, false, "connect", "--raw", h.addr())
	c := h.client()
	s.shows(howToLeave)
	raw := s.modes(t)
	_ = s.cmd.Process.Signal(syscall.SIGTSTP)
	if err := unix.Waitid(unix.P_PID, s.cmd.Process.Pid, nil, unix.WSTOPPED, nil); err != nil {
		t.Fatal(err)
	}
	if after := s.modes(t); after != s.before {
		t.Errorf("the terminal was %+v, and is %+v while fid is stopped", s.before, after)
	}
	_ = s.cmd.Process.Signal(syscall.SIGCONT)
	for until := time.Now().Add(patience); s.modes(t) != raw; time.Sleep(time.Millisecond) {
		if time.Now().After(until) {
			t.Fatal("the terminal is not raw again")
		}
	}
	_, _ = s.keys.WriteString("on\x1d")
	c.hears([]byte("on"))
	s.wants(0)
	s.isRestored()
}

func TestTheEscapeKeyIsSeenWhileTheFarEndTakesNothing(t *testing.T) {
	h := newHost(t)
	h.keepsLittle()
	s := beginRaw(t, false, "connect", "--raw", "--send-buffer", "4k", h.addr())
	c := h.client()
	s.shows(howToLeave)
	_, _ = s.keys.Write(bytes.Repeat([]byte("x"), 200000))
	_, _ = s.keys.WriteString("\x1d")
	s.isRestored("fid: "+h.addr()+": left by the escape key after ", " sent, 0 B received\r\n")
	s.wants(6)
	c.hearsReset()
}

func TestACommandThatTakesNothingIsLeftByTheEscapeKey(t *testing.T) {
	s := beginRaw(t, false, "connect", "--raw", "--pty", "exec:sleep 1000")
	s.shows(howToLeave)
	_, _ = s.keys.Write(bytes.Repeat([]byte("x"), 20000))
	_, _ = s.keys.WriteString("\x1d")
	s.isRestored()
	s.wants(0)
}

func TestTheEscapeKeyCanBeAnother(t *testing.T) {
	h := newHost(t)
	s := beginRaw(t, false, "connect", "--raw=^A", h.addr())
	c := h.client()
	s.shows("Ctrl-A leaves\r\n")
	_, _ = s.keys.WriteString("\x1d\x01")
	c.hears([]byte("\x1d"))
	s.wants(0)
	s.isRestored()
}

func TestAListenerTurnsItsTerminalRawWhenAClientHasCome(t *testing.T) {
	keys, tty := terminal(t)
	p, _ := serving(t, nil, controls(tty), "listen", "--raw", "127.0.0.1:0")
	_, _ = keys.WriteString("\x03")
	if code := p.code(); code != 130 {
		t.Errorf("Ctrl-C while nobody has come: exit %d", code)
	}

	keys, tty = terminal(t)
	p, addr := serving(t, nil, controls(tty), "listen", "--raw", "127.0.0.1:0")
	s := &rawSession{process: p, keys: keys}
	s.before = s.modes(t)
	_ = tty.Close()
	c := dialPeer(t, addr)
	s.shows(howToLeave)
	_, _ = keys.WriteString("\x03\x1d")
	c.hears([]byte("\x03"))
	s.wants(0)
	s.isRestored()
}

func TestACommandsTerminalHasTheSizeOfOursWhenThatChanges(t *testing.T) {
	script := t.TempDir() + "/sizes"
	text := "#!/bin/sh\ntrap 'stty size' WINCH\nstty size\nwhile :; do sleep 1000 & wait $!; kill $!; done\n"
	if err := os.WriteFile(script, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"connect", "--pty", "exec:" + script}, {"connect", "--raw", "--pty", "exec:" + script}} {
		s := beginRaw(t, true, args...)
		s.shows("24 80\r")
		if err := pty.Setsize(s.keys, &pty.Winsize{Rows: 31, Cols: 132}); err != nil {
			t.Fatal(err)
		}
		s.shows("31 132\r")
		_ = s.cmd.Process.Signal(syscall.SIGTERM)
		s.isRestored()
		s.wants(143)
	}
}
