//go:build unix

package main

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// The tests of sessions that are cut short, by a clock, a flag or a peer: none
// of them may look like a whole one.

func TestClockThatRanOutWhileWeWereStoppedDropsNothing(t *testing.T) {
	for _, args := range [][]string{{"-q", "300ms"}, {"-w", "300ms"}} {
		for _, input := range []*os.File{nil, fileOf(t, 0)} {
			h := newHost(t)
			p := begin(t, input, nil, append([]string{"connect", h.addr()}, args...)...)
			c := h.client()
			c.says([]byte("first"))
			for p.stdout.Len() < 5 {
				time.Sleep(time.Millisecond) // until fid has written it: it is in its loop
			}
			_ = p.cmd.Process.Signal(syscall.SIGSTOP)
			c.says(pattern(100000))
			c.finishes()
			time.Sleep(400 * time.Millisecond) // longer than the clock
			_ = p.cmd.Process.Signal(syscall.SIGCONT)
			code := p.code()
			if p.stdout.Len() != 100005 && code == 0 {
				t.Errorf("%v, %v: exit 0 for %d of 100005 bytes", args, input != nil, p.stdout.Len())
			}
		}
	}
}

func TestLingerWithoutInputIsNoSuccessWhileTheFarEndHasNotFinished(t *testing.T) {
	h := newHost(t)
	p := begin(t, nil, nil, "connect", "-q", "200ms", h.addr())
	c := h.client()
	c.says([]byte("half"))
	c.hearsReset()
	p.wants(5, "(-q)")
}

func TestHangupInMidFileIsNoSuccess(t *testing.T) {
	h := newHost(t)
	p := begin(t, fileOf(t, 64<<20), nil, "connect", "--hangup", h.addr())
	c := h.client()
	_, _ = io.ReadFull(c, make([]byte, 1<<20))
	c.finishes()
	c.hearsReset()
	p.wants(6, "hung up at the far end's FIN (--hangup)")
}

// What a call to the kernel is just moving counts, too.
func TestHangupTellsOfNoLessThanTheFarEndHasRead(t *testing.T) {
	input := fileOf(t, 64<<20)
	for range 10 {
		h := newHost(t)
		p := begin(t, input, nil, "connect", "--hangup", h.addr())
		c := h.client()
		_, _ = io.ReadFull(c, make([]byte, 1<<20))
		c.finishes()
		c.hearsReset()
		p.wants(6, "hung up at the far end's FIN (--hangup)")
		if said := p.stderr.String(); strings.Contains(said, " B of ") || strings.Contains(said, "kB of ") {
			t.Errorf("the far end has read 1 MiB: %s", said)
		}
		if _, err := input.Seek(0, io.SeekStart); err != nil {
			t.Fatal(err)
		}
	}
}

// The far end finishes and stays: its kernel takes no more, and nothing of ours will
// ever leave.
func TestHangupDoesNotWaitForWhatIsStuck(t *testing.T) {
	for name, stdin := range map[string]*os.File{"a file": fileOf(t, 64<<20), "a pipe": endless(t)} {
		t.Run(name, func(t *testing.T) {
			h := newHost(t)
			p := begin(t, stdin, nil, "connect", "--hangup", h.addr())
			c := h.client()
			_, _ = io.ReadFull(c, make([]byte, 1000))
			c.finishes()
			p.wants(6, "hung up at the far end's FIN (--hangup)")
		})
	}
}

// endless is a pipe whose writer always has more.
func endless(t *testing.T) *os.File {
	r, w := pipe(t)
	go func() {
		for data := pattern(1 << 20); ; {
			if _, err := w.Write(data); err != nil {
				return
			}
		}
	}()
	return r
}

func TestSocketAsOutputThatIsClosedEndsTheSession(t *testing.T) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	unix.CloseOnExec(fds[0])
	unix.CloseOnExec(fds[1])
	ours, theirs := os.NewFile(uintptr(fds[0]), "ours"), os.NewFile(uintptr(fds[1]), "theirs")
	h := newHost(t)
	stdin, _ := pipe(t)
	p := begin(t, stdin, func(c *exec.Cmd) { c.Stdout = theirs }, "connect", h.addr())
	_ = theirs.Close()
	c := h.client()
	_ = ours.Close()
	c.hearsReset()
	p.wants(141)
}

func TestRelayToAFIFOIsRefused(t *testing.T) {
	fifo := t.TempDir() + "/fifo"
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	p, addr := serving(t, nil, nil, "relay", "--once", "127.0.0.1:0", "file:"+fifo)
	dialReset(t, addr)
	p.wants(9, "not a regular file")
}

func TestRelayToAnEmbeddedPeerCountsItsDescriptors(t *testing.T) {
	p, addr := serving(t, nil, throughShell("ulimit -n 128; %"), "relay", "127.0.0.1:0", "echo:")
	var conns []*peer
	for range 100 { // more than fit at once
		conns = append(conns, dialPeer(t, addr))
	}
	for _, c := range conns {
		go func() {
			_, _ = c.Write([]byte("x"))
			_ = c.CloseWrite()
		}()
	}
	for _, c := range conns {
		c.hears([]byte("x"))
	}
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	p.code()
	if s := p.stderr.String(); strings.Contains(s, "too many") {
		t.Error(s)
	}
}

func TestKeepOpenDiesBySIGPIPEWhenNobodyReads(t *testing.T) {
	r, w := pipe(t)
	p, addr := serving(t, nil, func(c *exec.Cmd) { c.Stdout = w }, "listen", "-k", "127.0.0.1:0")
	_ = w.Close()
	c := dialPeer(t, addr)
	_ = r.Close()
	c.hearsReset()
	p.code()
	if s := p.cmd.ProcessState.Sys().(syscall.WaitStatus); s.Signal() != syscall.SIGPIPE {
		t.Errorf("ended with %v", p.cmd.ProcessState)
	}
}

func TestCheckWhoseReportCannotBeWrittenFails(t *testing.T) {
	h := newHost(t)
	r, w := pipe(t)
	_ = r.Close()
	p := begin(t, nil, func(c *exec.Cmd) { c.Stdout = w }, "-z", "-i", "10", h.addr(), h.addr(), h.addr())
	p.wants(141) // at once, without the pauses between the other ports
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("no /dev/full here")
	}
	defer full.Close()
	for _, args := range [][]string{{"-z", h.addr()}, {"-z", "--json", h.addr()}, {"--echo", "--json", "echo:"}} {
		p := begin(t, nil, func(c *exec.Cmd) { c.Stdout = full }, args...)
		if code := p.code(); code != 9 {
			t.Errorf("%v: exit %d, want 9", args, code)
		}
	}
}

func TestReportThatNobodyReadsIsWaitedForAndEndsBySignal(t *testing.T) {
	h := newHost(t)
	r, w := pipe(t)
	p := begin(t, nil, func(c *exec.Cmd) { c.Stdout = w }, "-z", "--json", "127.0.0.1", "1-9000")
	_ = w.Close()
	_ = h
	first := make([]byte, 10)
	_, _ = io.ReadFull(r, first)
	time.Sleep(500 * time.Millisecond) // a reader that is slower than the flush of a log
	all, _ := io.ReadAll(r)
	if n := bytes.Count(all, []byte("\n")); n != 9001 {
		t.Errorf("%d lines of 9001", n)
	}
	p.code()

	r, w = pipe(t)
	p = begin(t, nil, func(c *exec.Cmd) { c.Stdout = w }, "-z", "--json", "127.0.0.1", "1-60000")
	_ = w.Close()
	_, _ = io.ReadFull(r, first)
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	if code := p.code(); code != 143 {
		t.Errorf("exit %d", code)
	}
}

func TestSendOnlyOverAUnixSocketIsAnEndForThePeer(t *testing.T) {
	l, err := net.Listen("unix", t.TempDir()+"/s")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	p := begin(t, fileOf(t, 50000), nil, "connect", "--send-only", "unix:"+l.Addr().String())
	c, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_, _ = c.Write([]byte("a greeting that nobody wants"))
	got, err := io.ReadAll(c)
	if len(got) != 50000 || err != nil && !errors.Is(err, io.EOF) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	p.wants(0)
}

func TestFirstByteIsNotWaitedForFromAFarEndThatHasFinished(t *testing.T) {
	h := newHost(t)
	stdin, feed := pipe(t)
	p := begin(t, stdin, nil, "connect", "--first-byte-timeout", "200ms", h.addr())
	c := h.client()
	c.finishes()
	time.Sleep(400 * time.Millisecond) // longer than the clock that must not run any more
	_, _ = feed.WriteString("late")
	_ = feed.Close()
	c.hears([]byte("late"))
	p.wants(0)
}
