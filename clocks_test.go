//go:build unix

package main

import (
	"io"
	"net"
	"os/exec"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// The tests of the clocks: one flag, one clock, each named when it runs out.

// mute returns an address that answers no SYN: a listener whose backlog is full.
func mute(t *testing.T) string {
	t.Helper()
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Close(fd) })
	if err = unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err == nil {
		err = unix.Listen(fd, 0)
	}
	if err != nil {
		t.Fatal(err)
	}
	sa, _ := unix.Getsockname(fd)
	for range 4 { // some systems take a few more than the backlog says
		c, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
		if err != nil {
			t.Fatal(err)
		}
		_ = unix.SetNonblock(c, true)
		_ = unix.Connect(c, sa)
		t.Cleanup(func() { _ = unix.Close(c) })
	}
	return addrOf(sa.(*unix.SockaddrInet4))
}

func TestConnectTimeoutIsNamed(t *testing.T) {
	addr := mute(t)
	begin(t, nil, nil, "connect", "--connect-timeout", "200ms", addr).wants(5, addr+": no answer for 200 ms (--connect-timeout)")
	begin(t, nil, nil, "connect", "-w", "0.2", addr).wants(5, addr+": no answer for 200 ms (-w)")
	begin(t, nil, nil, "-z", "-w0.2", addr).wants(5, "no answer for 200 ms (-w)")
}

func TestAcceptTimeoutIsNamed(t *testing.T) {
	begin(t, nil, nil, "listen", "--accept-timeout", "100ms", "127.0.0.1:0").wants(5, "no client for 100 ms (--accept-timeout)")
}

func TestAcceptIsNotLimitedByW(t *testing.T) {
	p, addr := serving(t, nil, nil, "listen", "-w", "100ms", "127.0.0.1:0")
	time.Sleep(300 * time.Millisecond) // longer than the clock that must not run
	c := dialPeer(t, addr)
	c.says([]byte("x"))
	c.finishes()
	c.hears(nil)
	p.wants(0, "listening on")
}

func TestFirstByteTimeoutIsNamed(t *testing.T) {
	h := newHost(t)
	stdin, _ := pipe(t)
	p := begin(t, stdin, nil, "connect", "--first-byte-timeout", "100ms", h.addr())
	h.client().hearsReset()
	p.wants(5, "no first byte for 100 ms (--first-byte-timeout)")
}

func TestFirstByteStopsItsClock(t *testing.T) {
	h := newHost(t)
	stdin, feed := pipe(t)
	p := begin(t, stdin, nil, "connect", "--first-byte-timeout", "200ms", h.addr())
	c := h.client()
	c.says([]byte("x"))
	time.Sleep(400 * time.Millisecond) // longer than the clock that must not run any more
	_ = feed.Close()
	c.hears(nil)
	_ = c.Close()
	p.wants(0)
}

func TestIdleTimeoutIsNamedAndSaysWhatPassed(t *testing.T) {
	for _, flag := range []string{"--idle-timeout", "-w"} {
		h := newHost(t)
		stdin, feed := pipe(t)
		p := begin(t, stdin, nil, "connect", flag, "300ms", h.addr())
		c := h.client()
		_, _ = feed.WriteString("hello")
		c.says([]byte("hi"))
		if got := c.hearsReset(); string(got) != "hello" {
			t.Errorf("%q came", got)
		}
		p.wants(5, "no byte for 300 ms ("+flag+"); 5 B sent, 2 B received")
	}
}

func TestIdleTimeoutRunsAnewWithEveryByte(t *testing.T) {
	h := newHost(t)
	stdin, feed := pipe(t)
	p := begin(t, stdin, nil, "connect", "--idle-timeout", "500ms", h.addr())
	c := h.client()
	for range 8 {
		time.Sleep(100 * time.Millisecond)
		c.says([]byte("."))
	}
	_ = feed.Close()
	c.hears(nil)
	_ = c.Close()
	p.wants(0)
}

func TestIdleExpiryOfWIsAnEndOnceTheInputHasEnded(t *testing.T) {
	h := newHost(t)
	p := begin(t, fileOf(t, 6), nil, "connect", "-w", "300ms", h.addr())
	c := h.client()
	c.hears(pattern(6))
	c.says([]byte("stats"))
	p.wants(0)
	if p.stdout.String() != "stats" {
		t.Errorf("stdout %q", p.stdout.String())
	}
}

func TestIdleExpiryOfWIsAFailureForAReceiver(t *testing.T) {
	h := newHost(t)
	p := begin(t, nil, nil, "connect", "-w", "200ms", h.addr())
	h.client().says([]byte("half of it"))
	p.wants(5, "no byte for 200 ms (-w); 0 B sent, 10 B received")
}

func TestDeadlineIsNamed(t *testing.T) {
	h := newHost(t)
	stdin, _ := pipe(t)
	p := begin(t, stdin, nil, "connect", "--deadline", "200ms", h.addr())
	h.client().hearsReset()
	p.wants(5, "not done within 200 ms (--deadline)")
	begin(t, nil, nil, "echo", "--deadline", "100ms", "127.0.0.1:0").wants(5, "not done within 100 ms (--deadline)")
}

func TestWaitGivesUpWithTheLastCause(t *testing.T) {
	begin(t, nil, nil, "-z", "--wait", "200ms", "127.0.0.1:1").wants(5, "127.0.0.1:1: not there after 200 ms (--wait); last: refused")
}

func TestWaitEndsWhenTheServerIsThere(t *testing.T) {
	h := newHost(t)
	addr := h.addr()
	_ = h.Close()
	p := begin(t, nil, nil, "-z", "-v", "--wait", "20", addr)
	_, addr2 := serving(t, nil, nil, "echo", addr)
	p.wants(0)
	if !strings.HasPrefix(p.stdout.String(), addr+": open") {
		t.Errorf("stdout %q (%s)", p.stdout.String(), addr2)
	}
}

func TestLingerBoundsTheReplyAndIsNoFailure(t *testing.T) {
	h := newHost(t)
	p := begin(t, fileOf(t, 5), nil, "connect", "-q", "300ms", h.addr())
	c := h.client()
	c.hears(pattern(5))
	c.says([]byte("reply"))
	p.wants(0)
	if p.stdout.String() != "reply" {
		t.Errorf("stdout %q", p.stdout.String())
	}
}

func TestLingerOfZeroEndsWhenAllIsAcknowledged(t *testing.T) {
	h := newHost(t)
	p := begin(t, fileOf(t, 4<<20), nil, "connect", "-q0", h.addr())
	h.client().hears(pattern(4 << 20))
	p.wants(0)
}

func TestLingerOfMinusOneIsNoLimit(t *testing.T) {
	h := newHost(t)
	p := begin(t, fileOf(t, 5), nil, "connect", "-q", "-1", h.addr())
	c := h.client()
	c.hears(pattern(5))
	c.says([]byte("x"))
	_ = c.Close()
	p.wants(0)
}

func TestLingerWithBytesLeftIsAFailure(t *testing.T) {
	h := newHost(t)
	h.keepsLittle()
	p := begin(t, fileOf(t, 60000), nil, "connect", "-q", "300ms", h.addr())
	h.client() // never reads
	p.wants(5, "(-q)")
}

func TestNoHalfCloseWaitsForTheFarEnd(t *testing.T) {
	for _, name := range []string{"fid", "nc"} {
		h := newHost(t)
		args := []string{"connect", "--no-half-close", h.addr()}
		if name == "nc" { // nc's own rule
			args = []string{"127.0.0.1", portOf(h.addr())}
		}
		p := begin(t, fileOf(t, 5), func(c *exec.Cmd) {
			if name == "nc" {
				c.Path, _ = exec.LookPath("nc")
				c.Args[0] = "nc"
			}
		}, args...)
		c := h.client()
		_, _ = io.ReadFull(c, make([]byte, 5))
		c.hearsNothing()
		c.says([]byte("reply"))
		c.finishes()
		c.hears(nil)
		p.wants(0)
	}
}

func TestSendOnlyThrowsAwayWhatComesAndEndsWhenOursIsAcknowledged(t *testing.T) {
	h := newHost(t)
	p := begin(t, fileOf(t, 3<<20), nil, "connect", "--send-only", h.addr())
	c := h.client()
	c.says(pattern(100000))
	c.hears(pattern(3 << 20))
	p.wants(0)
	if p.stdout.Len() != 0 {
		t.Errorf("%d bytes on standard output", p.stdout.Len())
	}
}

func TestFullBacklogOfAUnixSocketIsSaidAndWaitedFor(t *testing.T) {
	path := t.TempDir() + "/s"
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	if err = unix.Bind(fd, &unix.SockaddrUnix{Name: path}); err == nil {
		err = unix.Listen(fd, 0)
	}
	if err != nil {
		t.Fatal(err)
	}
	if c, err := net.Dial("unix", path); err == nil {
		defer c.Close()
	}
	p := begin(t, nil, nil, "connect", "-z", "--wait", "300ms", "unix:"+path)
	p.wants(5, "(--wait)")
}
