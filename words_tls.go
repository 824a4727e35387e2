package main

import (
	"strings"
	"time"

	"fid/modes"
	"fid/netio"
)

// securityWords say what a TLS handshake came to, a line for the connection and one
// for each certificate that the peer presented, its own first.
func (c *console) securityWords(e modes.Event) []string {
	if c.verbose == 0 {
		return nil
	}
	who := c.prefix() + netio.Label(e.Addr)
	switch {
	case e.Client != "":
		who = c.prefix() + netio.Label(peerName(e.Client)) + netio.Label(e.Addr)
	case c.mode != "connect":
		who += netio.Label(peerName(e.Peer))
	}
	s := e.Security
	words := []string{s.Version, s.Cipher}
	if s.ALPN != "" {
		words = append(words, "ALPN "+s.ALPN)
	}
	if s.Name != "" {
		words = append(words, "name "+s.Name)
	}
	line := who + strings.Join(words, ", ")
	switch {
	case s.Verified != "":
		line += "; verified " + s.Verified
	case len(s.Chain) > 0:
		line += "; not verified"
	}
	lines := []string{line}
	for _, cert := range s.Chain {
		lines = append(lines, who+certificateWords(cert))
	}
	return lines
}

func certificateWords(cert netio.Certificate) string {
	line := "certificate " + cert.Subject
	if names := strings.Join(cert.Names, ", "); names != "" && names != cert.Subject {
		line += " for " + names
	}
	return line + ", from " + cert.Issuer + ", until " + cert.NotAfter.UTC().Format(time.DateOnly) + ", " + cert.Pin
}
