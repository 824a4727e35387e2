package netio

import (
	"crypto/tls"
	"crypto/x509"
	"strings"
	"time"
)

// Security is what a TLS handshake has agreed on.
type Security struct {
	Version  string // "TLS 1.3"
	Cipher   string // as IANA names it
	ALPN     string // empty where none was agreed on
	Name     string // the server's name, as the client sent it (SNI)
	Chain    []Certificate
	Verified string // how the peer was verified; empty where it was not
}

// A Certificate is what is told of one that a peer presented.
type Certificate struct {
	Subject, Issuer     string
	Names               []string // of its subject: hosts and addresses
	NotBefore, NotAfter time.Time
	Pin                 string // of its key
}

// Security returns what the handshake of a TLS end came to, nil for any other end.
func (e *End) Security() *Security {
	if e.tls == nil || !e.tls.shown {
		return nil
	}
	state := e.tls.ConnectionState()
	s := &Security{
		Version:  tls.VersionName(state.Version),
		Cipher:   tls.CipherSuiteName(state.CipherSuite),
		ALPN:     state.NegotiatedProtocol,
		Name:     state.ServerName,
		Verified: e.tls.verified,
	}
	s.Chain = describeChain(state.PeerCertificates)
	return s
}

func describeChain(certs []*x509.Certificate) []Certificate {
	var chain []Certificate
	for _, cert := range certs {
		chain = append(chain, Certificate{
			Subject:   subjectOf(cert),
			Issuer:    issuerOf(cert),
			Names:     namesOf(cert),
			NotBefore: cert.NotBefore,
			NotAfter:  cert.NotAfter,
			Pin:       pinOf(cert),
		})
	}
	return chain
}

// subjectOf names a certificate, by its hosts where it has no subject.
func subjectOf(cert *x509.Certificate) string {
	if s := cert.Subject.String(); s != "" {
		return cutAt(s, maxText)
	}
	return cutAt(strings.Join(namesOf(cert), ", "), maxText)
}

func issuerOf(cert *x509.Certificate) string { return cutAt(cert.Issuer.String(), maxText) }

// namesOf are the hosts and addresses that a certificate is for: the common name
// does not count (RFC 6125, section 6.4.4).
func namesOf(cert *x509.Certificate) []string {
	var names []string
	for _, name := range cert.DNSNames {
		names = append(names, cutAt(name, maxText))
	}
	for _, ip := range cert.IPAddresses {
		names = append(names, ip.String())
	}
	return names
}
