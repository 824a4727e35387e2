package main

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"os"
	"strings"
	"testing"
)

func TestAServerOfOldTLSIsRefusedAndSaysWhy(t *testing.T) {
	a := newAuthority(t)
	pair := a.load(a.issue("good", certificate("x", "127.0.0.1")))
	for _, version := range []uint16{tls.VersionTLS10, tls.VersionTLS11} {
		addr := a.server(&tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: version, MaxVersion: version}, echoTLS)
		p := begin(t, fileOf(t, 10), nil, "connect", "--ca", a.roots(), "tls:"+addr)
		p.wants(8, "the far end takes neither TLS 1.2 nor 1.3")
		if p.stdout.Len() > 0 {
			t.Errorf("%q came", p.stdout.String())
		}
	}
}

// What TLS is spoken is Go's choice, which has no key exchange of a parameter that could be weak
// (CVE-2016-2217 was one in another tool), none without forward secrecy, and none of RC4 or 3DES.
func TestAListenerTakesNoOldTLSAndNoWeakKeyExchange(t *testing.T) {
	a := newAuthority(t)
	roots := x509.NewCertPool()
	roots.AddCert(a.cert)
	p, addr := serving(t, nil, nil, "echo", "-v", "--tls", "--cert", a.issue("server", certificate("x", "127.0.0.1")), "127.0.0.1", "0")
	plain := strings.TrimPrefix(addr, "tls:")
	all := append(tls.CipherSuites(), tls.InsecureCipherSuites()...)
	taken := func(version, suite uint16) bool {
		config := &tls.Config{RootCAs: roots, MinVersion: version, MaxVersion: version, CipherSuites: []uint16{suite}}
		c, err := tls.Dial("tcp", plain, config)
		if err != nil {
			return false
		}
		_ = c.Close()
		return true
	}
	for _, suite := range all {
		isGood := strings.HasPrefix(suite.Name, "TLS_ECDHE_ECDSA_") && !strings.Contains(suite.Name, "RC4") && !strings.HasSuffix(suite.Name, "CBC_SHA256")
		if suite.SupportedVersions[0] < tls.VersionTLS13 && taken(tls.VersionTLS12, suite.ID) != isGood {
			t.Errorf("%s is taken: %v, want %v", suite.Name, !isGood, isGood)
		}
		for _, version := range []uint16{tls.VersionTLS10, tls.VersionTLS11} {
			if taken(version, suite.ID) {
				t.Errorf("%s is taken in version %x", suite.Name, version)
			}
		}
	}
	if !taken(tls.VersionTLS13, 0) {
		t.Error("TLS 1.3 is not taken")
	}
	_ = p.cmd.Process.Signal(os.Interrupt)
	p.code()
}

// Clients that say nothing may take all slots, but not for longer than the handshake's clock.
func TestMuteClientsOfATLSListenerGiveTheirSlotsBack(t *testing.T) {
	a := newAuthority(t)
	server := a.issue("server", certificate("x", "127.0.0.1"))
	_, addr := serving(t, nil, nil, "echo", "--max-conns", "2", "--connect-timeout", "300ms", "--tls", "--cert", server, "127.0.0.1", "0")
	var mute []net.Conn
	for range 4 {
		mute = append(mute, dialPeer(t, strings.TrimPrefix(addr, "tls:")))
	}
	begin(t, fileOf(t, 1000), nil, "--ca", a.roots(), addr).wants(0)
	for _, c := range mute {
		_ = c.Close()
	}
}
