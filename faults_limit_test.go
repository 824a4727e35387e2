package main

import (
	"crypto/tls"
	"io"
	"testing"
	"time"
)

// The tests of what connecting can come to.

func TestARefusedConnectionIsSaidWithItsAddress(t *testing.T) {
	h := newHost(t)
	_ = h.Close()
	begin(t, nil, nil, "connect", h.addr()).wants(4, "fid: "+h.addr()+": refused\n")
}

// Neither the proxy nor the handshake takes as long as the limit, but both together do.
func TestOneLimitCoversAProxyAndAHandshakeTogether(t *testing.T) {
	a := newAuthority(t)
	config := &tls.Config{Certificates: []tls.Certificate{a.load(a.issue("server", certificate("server", "db.example")))}}
	const each = 1200 * time.Millisecond
	for limit, code := range map[string]int{"2": 5, "20": 0} {
		t.Run(limit, func(t *testing.T) {
			t.Parallel()
			h := newHost(t)
			p := begin(t, fileOf(t, 100), withEnv(), "connect", "--connect-timeout", limit, "-x", h.addr(), "--ca", a.roots(), "tls:db.example:5432")
			c := h.client()
			time.Sleep(each) // what is limited is the time that passes
			c.grantsSOCKS()
			time.Sleep(each)
			if code == 0 {
				secured := tls.Server(c, config)
				_, _ = secured.Write([]byte("answer"))
				_, _ = io.ReadAll(secured)
				_ = secured.Close()
				p.wants(0)
			} else {
				p.wants(5, "no answer for 2 s (--connect-timeout)")
			}
		})
	}
}
