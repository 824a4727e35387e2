package main

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// A picture is what a terminal shows.
type picture struct {
	t *testing.T
	buffer
}

// watch looks at a terminal until it is closed.
func watch(t *testing.T, keys *os.File) *picture {
	s := &picture{t: t}
	go func() {
		for buf := make([]byte, 4096); ; {
			n, err := keys.Read(buf)
			_, _ = s.Write(buf[:n])
			if err != nil {
				return
			}
		}
	}()
	return s
}

// shows waits until the screen ends in text, and returns all of it.
func (s *picture) shows(text string) string {
	s.t.Helper()
	for begin := time.Now(); !strings.HasSuffix(s.String(), text); time.Sleep(time.Millisecond) {
		if time.Since(begin) > patience {
			s.t.Fatalf("the screen shows %q, which does not end in %q", s.String(), text)
		}
	}
	return s.String()
}

// on has the terminal as standard output.
func on(tty *os.File, env ...string) func(*exec.Cmd) {
	return func(c *exec.Cmd) { c.Stdout, c.Env = tty, append(os.Environ(), env...) }
}

func TestControlBytesFromTheNetworkAreShownOnATerminal(t *testing.T) {
	for _, x := range []struct {
		flags []string
		want  string
	}{
		{[]string{"connect"}, `a\x1b[2Jä` + "\t\r\n" + `\xc2\x9b\xff\xe4\xb8`},
		{[]string{"connect", "--raw-output"}, "a\x1b[2Jä\t\r\n\u009b\xff\xe4\xb8"},
	} {
		keys, tty := terminal(t)
		h := newHost(t)
		p := begin(t, nil, on(tty), append(x.flags, h.addr())...)
		c := h.client()
		for _, piece := range []string{"a\x1b", "[2J\xc3", "\xa4\t\r\n\u009b\xff\xe4", "\xb8"} { // an escape and a rune over two reads
			c.says([]byte(piece))
			awaitAcked(t, c)
		}
		c.finishes()
		c.hears(nil)
		p.wants(0)
		if got := watch(t, keys).shows(x.want[len(x.want)-2:]); strings.ReplaceAll(got, "\r\r\n", "\r\n") != x.want {
			t.Errorf("fid %s: the screen shows %q, want %q", strings.Join(x.flags, " "), got, x.want)
		}
	}
}

func TestWhatIsHeldBackOfATerminalIsShownWhenTheRunIsCalledOff(t *testing.T) {
	keys, tty := terminal(t)
	screen := watch(t, keys)
	h := newHost(t)
	p := begin(t, nil, on(tty), "connect", h.addr())
	c := h.client()
	c.says([]byte("held\xe4\xb8"))
	screen.shows("held")
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	screen.shows(`held\xe4\xb8`)
	p.wants(143)
}

func TestControlBytesOfManyClientsAreShownOnATerminal(t *testing.T) {
	keys, tty := terminal(t)
	p, addr := serving(t, nil, on(tty), "listen", "-k", "127.0.0.1:0")
	a, b := dialPeer(t, addr), dialPeer(t, addr)
	screen := watch(t, keys)
	a.says([]byte("a\xc3"))
	screen.shows("a")
	b.says([]byte("b\x1bc\xc3"))
	screen.shows(`ab\x1bc`)
	a.says([]byte("\xa4"))
	screen.shows(`ab\x1bcä`)
	b.finishes()
	screen.shows(`ab\x1bcä\xc3`)
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	p.wants(143, "")
}

// A file or a pipe gets the bytes themselves.
func TestWhatIsNoTerminalGetsTheBytes(t *testing.T) {
	h := newHost(t)
	p := begin(t, nil, nil, "connect", h.addr())
	c := h.client()
	c.says([]byte("a\x1b[2J\xff\u009b"))
	c.finishes()
	c.hears(nil)
	p.wants(0)
	if got := p.stdout.String(); got != "a\x1b[2J\xff\u009b" {
		t.Errorf("%q", got)
	}
}

func TestADumpTakesTheDatasPlaceOnATerminal(t *testing.T) {
	for _, x := range []struct {
		env       []string
		sent, end string
	}{
		{[]string{"TERM=xterm-256color", "NO_COLOR="}, "\x1b[38;5;133m", "\x1b[0m"},
		{[]string{"TERM=xterm", "COLORTERM=", "NO_COLOR="}, "\x1b[35m", "\x1b[0m"},
		{[]string{"TERM=xterm-256color", "NO_COLOR=1"}, "", ""},
		{[]string{"TERM=dumb", "NO_COLOR="}, "", ""},
	} {
		keys, tty := terminal(t)
		p := begin(t, fileOf(t, 3), on(tty, x.env...), "connect", "--hex", "echo:")
		p.wants(0)
		screen := watch(t, keys).shows("end after 3 B" + x.end + "\r\n")
		if n := strings.Count(screen, "63 7a a0"); n != 2 || strings.Count(screen, "\r\n") != 6 {
			t.Errorf("%v: the bytes are shown %d times in %q", x.env, n, screen)
		}
		if strings.Contains(screen, "\x1b") != (x.end != "") || !strings.HasPrefix(screen, x.sent+">> ") {
			t.Errorf("%v: the colours are %q", x.env, screen)
		}
	}
}

// Standard error is a terminal, standard output is not: the data goes its way.
func TestADumpOnStandardErrorLeavesTheData(t *testing.T) {
	keys, tty := terminal(t)
	p := begin(t, fileOf(t, 3), func(c *exec.Cmd) { c.Stderr, c.Env = tty, append(os.Environ(), "TERM=xterm", "NO_COLOR=") }, "connect", "--hex", "echo:")
	p.wants(0)
	if p.stdout.Len() != 3 {
		t.Errorf("standard output has %q", p.stdout.String())
	}
	watch(t, keys).shows("end after 3 B\x1b[0m\r\n")
}

func TestTheEndOfADumpStandsAboveTheEndOfTheSession(t *testing.T) {
	_, addr := serving(t, nil, nil, "echo", "127.0.0.1:0")
	for range 10 {
		log := fileOf(t, 0)
		begin(t, fileOf(t, 3), func(c *exec.Cmd) { c.Stdout, c.Stderr = nil, log }, "connect", "-v", "--hex", addr).wants(0)
		said, err := os.ReadFile(log.Name())
		before, _, found := strings.Cut(string(said), "ended in order")
		if err != nil || !found || strings.Count(before, "end after 3 B") != 2 {
			t.Errorf("%v: %s", err, said)
		}
	}
}

// Who reads JSON would read the dump.
func TestADumpDoesNotGoWhereTheEventsGo(t *testing.T) {
	for _, flags := range [][]string{{"connect", "--hex", "--json"}, {"relay", "--text", "--json", "0"}} {
		p := begin(t, nil, nil, append(flags, "127.0.0.1:1")...)
		p.wants(2, `"error":"--json and a dump both take standard error","hint":"--hex=FILE"`)
	}
}

func TestOutputIsNotRawWhereTheDumpTakesItsPlace(t *testing.T) {
	_, tty := terminal(t)
	p := begin(t, nil, on(tty), "connect", "--raw-output", "--hex", "127.0.0.1:1")
	p.wants(2, "fid: --raw-output: the dump has the terminal\n  --hex=FILE\n")
}

func TestAFullDiskUnderADumpHarmsNoSession(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("no /dev/full here")
	}
	for _, flags := range [][]string{{"--hex=/dev/full"}, {"--hex=/dev/full", "--text"}, {"--hex=/dev/full", "--json"}} {
		h := newHost(t)
		stdin, feed := pipe(t)
		p := begin(t, stdin, nil, append([]string{"connect", h.addr()}, flags...)...)
		_ = stdin.Close()
		c := h.client()
		answered := make(chan struct{})
		go func() {
			defer close(answered)
			_, _ = c.Write(pattern(1 << 20))
		}()
		_, _ = feed.Write([]byte("question"))
		heard := make([]byte, 8)
		if _, err := io.ReadFull(c, heard); err != nil || string(heard) != "question" {
			t.Fatalf("%q, %v", heard, err)
		}
		for begin := time.Now(); !strings.Contains(p.stderr.String(), "no space left"); time.Sleep(time.Millisecond) {
			if time.Since(begin) > patience { // it is told while the session goes on
				t.Fatalf("fid said %q", p.stderr.String())
			}
		}
		<-answered
		_ = feed.Close()
		c.finishes()
		c.hears(nil)
		if code := p.code(); code != 9 || !bytes.Equal(p.stdout.Bytes(), pattern(1<<20)) {
			t.Errorf("%v: exit %d, %d bytes; fid said %q", flags, code, p.stdout.Len(), p.stderr.String())
		}
		if n := strings.Count(p.stderr.String(), "its record does not") + strings.Count(p.stderr.String(), `"event":"unrecorded"`); n != 1 {
			t.Errorf("%v: fid said %q", flags, p.stderr.String())
		}
	}
}

// The reader of standard error has stopped reading, as less does after a screenful: a
// signal ends the run all the same.
func TestASignalEndsARunWhoseDumpIsStuck(t *testing.T) {
	for _, mode := range []string{"connect", "relay"} {
		unread, stderr := pipe(t)
		target := newHost(t)
		set := func(c *exec.Cmd) { c.Stderr = stderr }
		var p *process
		if mode == "connect" {
			p = begin(t, fileOf(t, 1<<20), set, "connect", "--hex", target.addr())
		} else {
			var addr string
			p, addr = serving(t, nil, set, "relay", "--hex", "127.0.0.1:0", target.addr())
			client := dialPeer(t, addr)
			go func() { _, _ = client.Write(pattern(1 << 20)) }()
		}
		c := target.client()
		go func() { _, _ = io.Copy(c, bytes.NewReader(pattern(1<<20))) }()
		for { // until the pipe is full
			fds := []unix.PollFd{{Fd: int32(stderr.Fd()), Events: unix.POLLOUT}}
			if n, _ := unix.Poll(fds, 0); n == 0 {
				break
			}
		}
		_ = p.cmd.Process.Signal(syscall.SIGTERM)
		if code := p.code(); code != 143 {
			t.Errorf("fid %s: exit %d", mode, code)
		}
		_ = unread.Close()
	}
}
