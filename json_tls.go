package main

import (
	"time"

	"fid/netio"
)

// Secured is what a TLS handshake came to.
type secured struct {
	Version  string      `json:"version"`
	Cipher   string      `json:"cipher"`
	ALPN     string      `json:"alpn,omitempty"`
	Name     string      `json:"name,omitempty"`
	Verified string      `json:"verified,omitempty"`
	Chain    []presented `json:"chain,omitempty"`
}

// Presented is a certificate of the peer.
type presented struct {
	Subject   string   `json:"subject"`
	Issuer    string   `json:"issuer"`
	Names     []string `json:"names,omitempty"`
	NotBefore string   `json:"not_before"`
	NotAfter  string   `json:"not_after"`
	Pin       string   `json:"pin"`
}

func newSecured(s *netio.Security) *secured {
	r := &secured{Version: s.Version, Cipher: s.Cipher, ALPN: s.ALPN, Name: s.Name, Verified: s.Verified}
	r.Chain = newPresented(s.Chain)
	return r
}

func newPresented(chain []netio.Certificate) (list []presented) {
	for _, c := range chain {
		list = append(list, presented{c.Subject, c.Issuer, c.Names,
			c.NotBefore.UTC().Format(time.RFC3339), c.NotAfter.UTC().Format(time.RFC3339), c.Pin})
	}
	return list
}
