package netio

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"testing"
	"time"
)

// selfSigned is a server's certificate for an hour.
func selfSigned(t *testing.T) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	form := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, form, form, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// What a stranger puts behind the server's go-ahead in plain text spoils the
// handshake (CVE-2011-0411); without that it succeeds.
func TestStartTLSLeavesInjectedTextToTheHandshake(t *testing.T) {
	certificate := selfSigned(t)
	for _, good := range goodDialogues() {
		for _, injected := range []string{"", "220 injected\r\n"} {
			client, server := socketPair(t)
			go func() {
				if serveTurns(server, good.turns, 1<<20, injected) == nil {
					_ = tls.Server(server, &tls.Config{Certificates: []tls.Certificate{certificate}}).Handshake()
				}
				_ = server.Close()
			}()
			if err := startTLS(good.protocol, client, "a&b<'"); err != nil {
				t.Fatal(err)
			}
			err := tls.Client(client, &tls.Config{InsecureSkipVerify: true}).Handshake()
			if (err == nil) != (injected == "") {
				t.Errorf("%s, with %q behind the go-ahead: %v", good.protocol, injected, err)
			}
			_ = client.Close()
		}
	}
}
