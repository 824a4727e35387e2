//go:build unix

package main

import (
	"bufio"
	"crypto/tls"
	"io"
	"net"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// What checks have said that was not so, and what they have kept to themselves.

func TestAPortThatResetsAtOnceIsAsOpenAsAnother(t *testing.T) {
	h := newHost(t)
	go func() {
		for {
			c, err := h.Accept()
			if err != nil {
				return
			}
			_ = c.(*net.TCPConn).SetLinger(0)
			_ = c.Close()
		}
	}()
	p := begin(t, nil, nil, "--count", "300", "-i", "0", h.addr())
	p.wants(0)
	p.reports("300 tried, 300 connected, 0 % lost")
}

func TestWhatIsKnownAtASignalIsReported(t *testing.T) {
	h := newHost(t)
	r, w := pipe(t)
	p := begin(t, nil, func(c *exec.Cmd) { c.Stdout = w }, "-z", h.addr(), mute(t), closedPort(t))
	_ = w.Close()
	lines := bufio.NewScanner(r)
	lines.Scan()
	_ = p.cmd.Process.Signal(syscall.SIGINT)
	if !lines.Scan() || !strings.HasPrefix(lines.Text(), "1 open, ") || !strings.Contains(lines.Text(), " not known of 3 ports in ") {
		t.Errorf("%q", lines.Text())
	}
	if code := p.code(); code != 130 {
		t.Errorf("exit %d", code)
	}
}

// What came while we were stopped came in time, as far as anybody knows.
func TestACheckThatWasStoppedTakesWhatHasComeFirst(t *testing.T) {
	h := newHost(t)
	stopped := func(p *process, c *peer, meanwhile func(*peer)) {
		_ = p.cmd.Process.Signal(syscall.SIGSTOP)
		meanwhile(c)
		time.Sleep(600 * time.Millisecond) // longer than the clock
		_ = p.cmd.Process.Signal(syscall.SIGCONT)
	}
	p := begin(t, nil, nil, "--banner", "--idle-timeout", "400ms", h.addr())
	stopped(p, h.client(), func(c *peer) { c.says([]byte("220 late\n")) })
	p.wants(0)
	p.reports(`"220 late\n"`)

	p = begin(t, nil, nil, "--stay", "400ms", h.addr())
	stopped(p, h.client(), func(c *peer) { c.finishes() })
	p.wants(12, "accepted, then closed after ")

	p = begin(t, nil, nil, "--echo", "--idle-timeout", "400ms", h.addr())
	c, sent := h.client(), make([]byte, 64)
	_, _ = io.ReadFull(c, sent)
	stopped(p, c, func(c *peer) { c.says(sent) })
	p.wants(0)
}

func TestAnAddressOfTheOtherFamilyHidesNoOpenPort(t *testing.T) {
	h := newHost(t)
	p := begin(t, nil, nil, "-z", "tcp6:"+h.addr(), "tcp4:"+h.addr())
	p.wants(2, "is not an IPv6 address", "1 of 2 ports are not open")
	p.reports("tcp4:" + h.addr() + ": open (")
}

func TestThePortThatWaitGaveUpIsWhatWasSeenLast(t *testing.T) {
	for state, addr := range map[string]string{"refused": closedPort(t), "timeout": mute(t)} {
		p := begin(t, nil, nil, "-z", "--wait", "300ms", "--json", addr)
		p.wants(5)
		p.reports(`"end":"timeout"`, `"state":"`+state+`"`, `"ports":{"`+state+`":1}`)
	}
}

func TestAnEchoIsWaitedForWithoutALimit(t *testing.T) {
	begin(t, nil, nil, "--echo", "--idle-timeout", "0", "echo:").wants(0)
}

func TestAnEchoThatCannotBeSentNamesItsClock(t *testing.T) {
	h := newHost(t)
	p := begin(t, nil, nil, "--echo", "--size", "200M", "--idle-timeout", "300ms", h.addr())
	h.client()
	p.wants(12, "echo 1 of 1: ", "200.0 MB ", " within 300 ms (--idle-timeout)")
}

func TestACheckReportsUnderTheNameNC(t *testing.T) {
	asNC := func(c *exec.Cmd) { c.Args[0] = "nc" }
	p := begin(t, nil, asNC, "--echo", "echo:")
	p.wants(0)
	p.reports("echo: echo 1: 64 B in ", "echo: 1 sent, 1 back, 0 % lost")
}

func TestNCNamesNoSchemeInItsSentences(t *testing.T) {
	asNC := func(c *exec.Cmd) { c.Args[0] = "nc" }
	a := newAuthority(t)
	addr := a.server(&tls.Config{Certificates: []tls.Certificate{a.load(a.issue("server", certificate("x", "127.0.0.1")))}},
		func(c *tls.Conn, _ *net.TCPConn) { _ = c.Close() })
	begin(t, nil, asNC, "-zv", "--ca", a.roots(), "tls:"+addr).wants(0, "Connection to 127.0.0.1 "+portOf(addr)+" port [tcp/")
	gone := closedPort(t)
	begin(t, nil, asNC, "-zv", "tls:"+gone).wants(4, "nc: connect to 127.0.0.1 port "+portOf(gone)+" (tcp) failed: Connection refused")
}
