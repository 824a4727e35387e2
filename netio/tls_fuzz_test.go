package netio

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"errors"
	"math/big"
	"net"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// taped is a connection whose other side says what is written down.
func taped(t testing.TB, says []byte) *belowTLS {
	conn, other := net.Pipe()
	t.Cleanup(func() { _, _ = conn.Close(), other.Close() })
	return &belowTLS{Conn: conn, Stream: &tape{gives: [][]byte{says}}}
}

// checkTLSError: what is told of a handshake that failed is an error of the user's words, not
// longer than a person reads.
func checkTLSError(t *testing.T, says []byte, err error) {
	t.Helper()
	var e *Error
	switch {
	case !errors.As(err, &e), e.Kind != KindTLS && e.Kind != KindReset && e.Kind != KindOther && e.Kind != KindTimeout:
		t.Errorf("%q ends with %v", says, err)
	case e.What == "", len(e.What) > 4*maxText, len(e.Hint) > 4*maxText:
		t.Errorf("%q ends with %d bytes, and a hint of %d", says, len(e.What), len(e.Hint))
	case e.Chain == nil && (!utf8.ValidString(e.What) || strings.ContainsFunc(e.What, func(r rune) bool { return r < ' ' || isObeyed(r) })):
		t.Errorf("%q ends with %q", says, e.What)
	}
	checkHint(t, e.Hint)
}

// typableHint: a shell takes each word as it stands.
var typableHint = regexp.MustCompile(`^[-A-Za-z0-9:/+=._ ;,]*$`)

func checkHint(t *testing.T, hint string) {
	t.Helper()
	if !typableHint.MatchString(hint) {
		t.Errorf("the hint is %q", hint)
	}
}

// FuzzTLSServer: whatever a server says in the handshake.
func FuzzTLSServer(f *testing.F) {
	for _, says := range []string{"", "SSH-2.0-OpenSSH_9.6\r\n", "220 mail\r\n", "* OK\r\n", "HTTP/1.1 400 Bad\x1b[2J\r\n", "\x15\x03\x01\x00\x02\x02\x28",
		"\x15\x03\x03\x00\x02\x02\x74", "\x16\x03\x01\x00\x2a\x02\x00\x00\x26\x03\x01", "\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00", "\x16\x03\x03\xff\xff", "\x80\x2e\x01"} {
		f.Add([]byte(says))
	}
	f.Add(firstFlight(f, "a.example"))
	f.Fuzz(func(t *testing.T, says []byte) {
		d := &tlsDialer{addr: Address{Text: "tls:h:443", Scheme: "tls", Host: "h", Port: "443"}, config: &tls.Config{ServerName: "h", MinVersion: tls.VersionTLS12, RootCAs: x509.NewCertPool()}, who: "the far end"}
		s := &tlsStream{below: taped(t, says)}
		s.Conn = tls.Client(s.below, d.config)
		checkTLSError(t, says, d.failure(s.Handshake(), s))
	})
}

// FuzzTLSClient: whatever a client says in the handshake.
func FuzzTLSClient(f *testing.F) {
	made := certificateFor(f, "a.example")
	for _, says := range []string{"", "GET / HTTP/1.0\r\n\r\n", "\x15\x03\x01\x00\x02\x02\x30", "\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00", "\x16\x03\x01\x00\x2f\x01\x00\x00\x2b\x03\x03", "\x00\x00\x00\x00"} {
		f.Add([]byte(says))
	}
	f.Add(helloOf(f))
	f.Fuzz(func(t *testing.T, says []byte) {
		s := &tlsStream{below: taped(t, says)}
		s.Conn = tls.Server(s.below, &tls.Config{Certificates: []tls.Certificate{made}, ClientAuth: tls.RequireAnyClientCert, MinVersion: tls.VersionTLS12})
		checkTLSError(t, says, s.clientFailure(s.Handshake(), "tls:443"))
	})
}

// FuzzCertificate: whoever makes a certificate chooses what is in it, and what is to be typed
// must do nothing else in a shell than what it says.
func FuzzCertificate(f *testing.F) {
	f.Add("a.example", "CN of it", "a.example")
	f.Add("*.a.example", "\x1b]0;title\x07", "b")
	f.Add("a;reboot", "$(reboot)\n", "")
	f.Add("-h", "`reboot`", "a b")
	f.Add("localhost\n", strings.Repeat("long", 1000), strings.Repeat("a", 300))
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, name, common, second string) {
		cert, ok := leafFor(key, common, name, second)
		if !ok {
			t.Skip()
		}
		d := &tlsDialer{addr: Address{Text: "tls:h:443"}, config: &tls.Config{ServerName: "h"}, who: "the far end"}
		for _, cause := range []error{x509.HostnameError{Certificate: cert, Host: "h"}, x509.UnknownAuthorityError{Cert: cert},
			x509.CertificateInvalidError{Cert: cert, Reason: x509.Expired}, x509.CertificateInvalidError{Cert: cert, Reason: x509.TooManyConstraints, Detail: name}} {
			err := d.failure(&tls.CertificateVerificationError{UnverifiedCertificates: []*x509.Certificate{cert}, Err: cause}, nil)
			var e *Error
			if !errors.As(err, &e) || e.Kind != KindTLS || len(e.Chain) != 1 || e.What == "" || len(e.What) > 8*maxText {
				t.Fatalf("%q, %q: %v", name, common, err)
			}
			checkHint(t, e.Hint)
			if c := e.Chain[0]; len(c.Subject) > maxText || len(c.Issuer) > maxText || c.Pin != pinOf(cert) {
				t.Errorf("%+v", c)
			}
		}
	})
}

// FuzzPin: what is taken for a pin is one, however it was written.
func FuzzPin(f *testing.F) {
	sum := strings.Repeat("ab", 32)
	for _, typed := range []string{"", "sha256:", "sha256:" + sum, "sha256//" + base64.StdEncoding.EncodeToString([]byte(sum[:32])), "sha256:" + strings.Repeat("AB:", 31) + "AB", "sha1:00", sum, "sha256:" + sum + "00"} {
		f.Add(typed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		pin, err := parsePin(typed)
		if err != nil {
			if KindOf(err) != KindUsage || len(err.Error()) > 500 {
				t.Errorf("%q: %v", typed, err)
			}
			return
		}
		if again, err := parsePin(pin.String()); err != nil || again != pin {
			t.Errorf("%q is %v, and that is %v, %v", typed, pin, again, err)
		}
	})
}

// FuzzALPN: a list that is taken can be offered.
func FuzzALPN(f *testing.F) {
	for _, list := range []string{"h2", "h2,http/1.1", ",", "h2,", strings.Repeat("x", 256), "\x00\xff"} {
		f.Add(list)
	}
	f.Fuzz(func(t *testing.T, list string) {
		if len(list) == 0 || len(list) > 10000 {
			t.Skip()
		}
		c, err := (Address{Text: "tls:h:443", Options: map[string]string{"alpn": list}}).commonConfig(Options{})
		if err != nil {
			if KindOf(err) != KindUsage {
				t.Errorf("%q: %v", list, err)
			}
			return
		}
		c.ServerName = "h"
		err = tls.Client(taped(t, nil), c).Handshake()
		if !errors.Is(err, errCut) { // the server has closed: our hello is out
			t.Errorf("%q cannot be offered: %v", list, err)
		}
	})
}

func certificateFor(t testing.TB, name string) tls.Certificate {
	made, err := makeCertificate(name)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// leafFor makes a certificate, if there can be one with such names.
func leafFor(key *ecdsa.PrivateKey, common string, names ...string) (*x509.Certificate, bool) {
	form := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: common}, DNSNames: names, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, form, form, key.Public(), key)
	if err != nil {
		return nil, false
	}
	cert, err := x509.ParseCertificate(der)
	return cert, err == nil
}

// helloOf is what a client says first.
func helloOf(t testing.TB) []byte {
	below := taped(t, nil)
	_ = tls.Client(below, &tls.Config{ServerName: "h", MaxVersion: tls.VersionTLS12}).Handshake()
	return below.Stream.(*tape).written
}

// firstFlight is what a server of TLS 1.2 answers, in which its certificate can be read.
func firstFlight(t testing.TB, name string) []byte {
	below := taped(t, helloOf(t))
	config := &tls.Config{Certificates: []tls.Certificate{certificateFor(t, name)}, MaxVersion: tls.VersionTLS12}
	_ = tls.Server(below, config).Handshake()
	return below.Stream.(*tape).written
}
