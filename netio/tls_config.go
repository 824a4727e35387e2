package netio

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io/fs"
	"net/netip"
	"os"
	"slices"
	"strings"
	"sync"
)

// tlsKeys are the options of a TLS address. Flags of the same names give them, too,
// and one that has no value to type: "insecure".
func tlsKeys() []string {
	return []string{"source", "source-port", "ca", "name", "alpn", "cert", "key", "client-ca", "pin", "starttls"}
}

// checkTLS refuses what no handshake could heed, before anything is opened.
func (a Address) checkTLS() error {
	if p := a.Options["starttls"]; p != "" && !slices.Contains(StartTLSProtocols(), p) {
		return Usagef("", "%s: starttls takes one of %s", cut(a.Text), strings.Join(StartTLSProtocols(), ", "))
	}
	if p := a.Options["pin"]; p != "" {
		if _, err := parsePin(p); err != nil {
			return err
		}
	}
	if list := a.Options["alpn"]; list != "" {
		for _, protocol := range strings.Split(list, ",") {
			if protocol == "" || len(protocol) > 255 { // RFC 7301, section 3.1
				return Usagef("--alpn h2,http/1.1", "%s: an ALPN protocol has 1 to 255 bytes", cut(a.Text))
			}
		}
	}
	if a.Options["key"] != "" && a.Options["cert"] == "" {
		return Usagef("", "%s: a key needs its certificate (cert)", cut(a.Text))
	}
	return nil
}

// clientConfig is what a handshake with the server at a needs.
func clientConfig(a Address, o Options) (*tls.Config, error) {
	c, err := a.commonConfig(o)
	if err != nil {
		return nil, err
	}
	c.ServerName = a.serverName()
	if file := a.Options["ca"]; file != "" {
		if c.RootCAs, err = readRoots(file); err != nil {
			return nil, err
		}
	}
	if a.Options["insecure"] != "" {
		c.InsecureSkipVerify = true
	}
	if typed := a.Options["pin"]; typed != "" {
		pin, err := parsePin(typed)
		if err != nil {
			return nil, err
		}
		// The key itself is known: neither who vouches for it nor its name is asked,
		// unless roots are named, too.
		c.InsecureSkipVerify = c.InsecureSkipVerify || c.RootCAs == nil
		c.VerifyConnection = func(s tls.ConnectionState) error {
			if sum := keySum(s.PeerCertificates[0]); sum != pin {
				return &wrongPin{got: sum, want: pin}
			}
			return nil
		}
	}
	return c, nil
}

// serverConfig is what a handshake with a client needs: a certificate is made where none is named.
func serverConfig(a Address, o Options) (*tls.Config, error) {
	c, err := a.commonConfig(o)
	if err != nil {
		return nil, err
	}
	// A client that only sends never reads a ticket, and its close on unread bytes
	// is a reset, which eats the tail of what it sent.
	c.SessionTicketsDisabled = true
	if file := a.Options["client-ca"]; file != "" {
		if c.ClientCAs, err = readRoots(file); err != nil {
			return nil, err
		}
		c.ClientAuth = tls.RequireAndVerifyClientCert
	}
	if len(c.Certificates) == 0 {
		made, err := makeCertificate(a.Host)
		if err != nil {
			return nil, &Error{Kind: KindTLS, Addr: a.Text, What: "cannot make a certificate: " + Reason(err), Err: err}
		}
		c.Certificates = []tls.Certificate{made}
		if o.MadePin != nil {
			o.MadePin(a.Text, pinOf(made.Leaf))
		}
	}
	return c, nil
}

// commonConfig is what both sides of a handshake have.
func (a Address) commonConfig(o Options) (*tls.Config, error) {
	if err := a.checkTLS(); err != nil {
		return nil, err
	}
	c := &tls.Config{MinVersion: tls.VersionTLS12} // RFC 8996: the older ones must not be used
	if list := a.Options["alpn"]; list != "" {
		c.NextProtos = strings.Split(list, ",")
	}
	if file := a.Options["cert"]; file != "" {
		key := a.Options["key"]
		if key == "" {
			key = file
		}
		pair, err := tls.LoadX509KeyPair(file, key)
		if err != nil {
			return nil, certificateError(file, key, err)
		}
		c.Certificates = []tls.Certificate{pair}
	}
	if o.KeyLog != nil {
		f, err := o.KeyLog.open()
		if err != nil {
			return nil, err
		}
		c.KeyLogWriter = f
	}
	return c, nil
}

// A KeyLog is the file that gets the secrets of all TLS sessions of a run. It is
// opened with the first one.
type KeyLog struct {
	Name string
	once sync.Once
	file *os.File
	err  error
}

func (k *KeyLog) open() (*os.File, error) {
	k.once.Do(func() {
		var err error
		if k.file, err = os.OpenFile(k.Name, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600); err != nil {
			k.err = &Error{Kind: KindLocal, Addr: "SSLKEYLOGFILE " + cut(k.Name), What: "cannot write: " + Reason(err), Err: err}
		}
	})
	return k.file, k.err
}

// serverName is the name that the certificate must have, and that is sent where it
// is no address (RFC 6066, section 3).
func (a Address) serverName() string {
	if name := a.Options["name"]; name != "" {
		return name
	}
	if ip, err := netip.ParseAddr(a.Host); err == nil {
		return ip.WithZone("").String()
	}
	return strings.TrimSuffix(a.Host, ".")
}

func readRoots(file string) (*x509.CertPool, error) {
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, &Error{Kind: KindLocal, Addr: cut(file), What: "cannot read: " + Reason(err), Err: err}
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, &Error{Kind: KindLocal, Addr: cut(file), What: "no certificate in it (PEM is meant)"}
	}
	return pool, nil
}

// certificateError says which of the two files is at fault, where that can be told.
func certificateError(cert, key string, err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return &Error{Kind: KindLocal, Addr: cut(path.Path), What: "cannot read: " + Reason(err), Err: err}
	}
	e := &Error{Kind: KindLocal, Addr: cut(cert), What: "no certificate with its key: " + withoutPrefix(err), Err: err}
	if cert == key {
		e.Hint = "--key FILE, where the key is in a file of its own"
	}
	return e
}

// withoutPrefix is what crypto/tls says, without who says it.
func withoutPrefix(err error) string { return strings.TrimPrefix(Reason(err), "tls: ") }

// A keyPin is the SHA-256 of a certificate's public key (SubjectPublicKeyInfo), as
// RFC 7469 has it: it stays where a certificate is renewed for the same key.
type keyPin [sha256.Size]byte

const pinPrefix = "sha256:"

func (p keyPin) String() string { return pinPrefix + base64.StdEncoding.EncodeToString(p[:]) }

func keySum(cert *x509.Certificate) keyPin { return sha256.Sum256(cert.RawSubjectPublicKeyInfo) }

func pinOf(cert *x509.Certificate) string { return keySum(cert).String() }

// parsePin reads "sha256:" and 32 bytes in base64, as RFC 7469 and curl write them,
// or in hexadecimal.
func parsePin(typed string) (pin keyPin, err error) {
	rest, found := strings.CutPrefix(typed, pinPrefix)
	if !found {
		rest, found = strings.CutPrefix(typed, "sha256//") // curl's
	}
	sum, err := base64.StdEncoding.DecodeString(rest)
	if err != nil || len(sum) != len(pin) {
		sum, err = hex.DecodeString(strings.ReplaceAll(rest, ":", ""))
	}
	if !found || err != nil || len(sum) != len(pin) {
		return pin, Usagef("", "%s is no pin: sha256: and the SHA-256 of the public key, in base64 or hexadecimal, is meant", cut(typed))
	}
	return keyPin(sum), nil
}

// WrongPin is a peer whose key is not the one that was pinned.
type wrongPin struct{ got, want keyPin }

func (e *wrongPin) Error() string {
	return "its key is " + e.got.String() + ", and " + e.want.String() + " was expected (--pin)"
}
