//go:build unix

package main

import (
	"crypto/tls"
	"net"
	"strings"
	"testing"
)

// What -z asks more than whether a port is open.

func TestBannerIsWhatTheServerSaysUnasked(t *testing.T) {
	h := newHost(t)
	for said, words := range map[string]string{
		"220 mx.example.com ESMTP\r\n":          `"220 mx.example.com ESMTP\r\n"`,
		"J\x00\x00\x00\n8.0\x00\xff\x1b[31m":    `"J\x00\x00\x00\n8.0\x00\xff\x1b[31m"`,
		"220-\u202eone\r\n220 two\r\n":          `"220-\u202eone\r\n220 two\r\n"`,
		strings.Repeat("x", 5000):               `"` + strings.Repeat("x", 1024) + `"`,
		"no end of a line, and then it is over": `"no end of a line, and then it is over"`,
	} {
		p := begin(t, nil, nil, "--banner", h.addr())
		c := h.client()
		c.says([]byte(said))
		if strings.HasSuffix(said, "over") {
			_ = c.Close()
		}
		p.wants(0)
		p.reports("): " + words + "\n")
	}
}

func TestAServerWithoutABannerFailsTheCheck(t *testing.T) {
	h := newHost(t)
	p := begin(t, nil, nil, "--banner", "--idle-timeout", "200ms", h.addr())
	c := h.client()
	p.wants(12, h.addr()+": no banner within 200 ms (--idle-timeout)")
	c.hears(nil) // nothing is sent, and the end is in order

	p = begin(t, nil, nil, "--banner", h.addr())
	h.client().finishes()
	p.wants(12, h.addr()+": accepted, then closed after ", ", without a banner")

	p = begin(t, nil, nil, "--banner", h.addr())
	h.client().resets()
	p.wants(12, h.addr()+": accepted, then reset after ", ", without a banner")
}

func TestBannerComesThroughTLS(t *testing.T) {
	a := newAuthority(t)
	addr := a.server(&tls.Config{Certificates: []tls.Certificate{a.load(a.issue("server", certificate("x", "127.0.0.1")))}},
		func(c *tls.Conn, _ *net.TCPConn) {
			_, _ = c.Write([]byte("* OK IMAP\r\n"))
			_ = c.Close()
		})
	p := begin(t, nil, nil, "--banner", "--ca", a.roots(), "tls:"+addr)
	p.wants(0)
	p.reports(`): "* OK IMAP\r\n"`)
	p = begin(t, nil, nil, "--stay", "5", "--ca", a.roots(), "tls:"+addr)
	p.wants(12, "accepted, then closed after ")
}

func TestAPortThatAcceptsAndClosesDoesNotStay(t *testing.T) {
	h := newHost(t)
	p := begin(t, nil, nil, "--stay", "20", h.addr())
	h.client().finishes()
	p.wants(12, h.addr()+": accepted, then closed after ")

	p = begin(t, nil, nil, "--stay", "20", h.addr())
	c := h.client()
	c.says(pattern(300000)) // an end is seen behind it, too
	c.finishes()
	p.wants(12, h.addr()+": accepted, then closed after ")

	p = begin(t, nil, nil, "--stay", "20", "--banner", h.addr())
	c = h.client()
	c.says([]byte("421 too many connections\r\n"))
	c.finishes()
	p.wants(12, h.addr()+": accepted, then closed after ")

	p = begin(t, nil, nil, "-z", "--stay", "20", "--json", h.addr())
	h.client().resets()
	if code := p.code(); code != 12 {
		t.Errorf("exit %d", code)
	}
	p.reports(`"event":"shut"`, `"state":"reset"`, `"end":"check","code":12`, h.addr()+": accepted, then reset after ")
}

func TestAPortThatStaysOpenIsOpen(t *testing.T) {
	h := newHost(t)
	p := begin(t, nil, nil, "--stay", "300ms", "--banner", h.addr())
	c := h.client()
	c.says([]byte("hello\n"))
	p.wants(0)
	p.reports(`, still open after 300 ms): "hello\n"`)
	c.hears(nil) // and the end is in order
}
