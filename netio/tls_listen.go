package netio

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"net/netip"
	"os"
	"time"
)

// A tlsListener gives ends that owe a handshake, which their session's engine does:
// a client that says nothing keeps nobody waiting.
type tlsListener struct {
	Listener
	addr   Address
	opts   Options
	config *tls.Config
}

func listenTLS(ctx context.Context, a Address, o Options) (Listener, error) {
	config, err := serverConfig(a, o)
	if err != nil {
		return nil, err
	}
	l, err := listenTCP(ctx, a, o)
	if err != nil {
		return nil, err
	}
	return &tlsListener{l, a, o, config}, nil
}

func (l *tlsListener) Accept() (*End, error) {
	end, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	s := secure(end, func(conn net.Conn) *tls.Conn { return tls.Server(conn, l.config) })
	end.handshake = func(ctx context.Context) error {
		begun := time.Now()
		ctx, cancel := l.opts.limit(ctx, l.addr)
		defer cancel()
		if err := underContext(ctx, end, "in the TLS handshake", s.Handshake); err != nil {
			return s.clientFailure(err, end.Name)
		}
		s.shown = true
		if l.opts.Timed {
			end.Timings = &Timings{Begun: begun, TLS: time.Since(begun)}
		}
		if file := l.addr.Options["client-ca"]; file != "" {
			s.verified = "by " + file
		}
		return nil
	}
	return end, nil
}

// madeFor is how long a certificate that is made for one run is valid.
const madeFor = 365 * 24 * time.Hour

// makeCertificate makes a key and a certificate that nobody vouches for: its pin does.
func makeCertificate(host string) (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return tls.Certificate{}, err
	}
	template := &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: "fid"},
		NotBefore:    time.Now().Add(-time.Hour), // the other side's clock may be late
		NotAfter:     time.Now().Add(madeFor),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames:     []string{"localhost"},
		IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
	}
	if name, err := os.Hostname(); err == nil {
		template.DNSNames = append(template.DNSNames, name)
	}
	if ip, err := netip.ParseAddr(host); err == nil {
		template.IPAddresses = append(template.IPAddresses, ip.WithZone("").AsSlice())
	} else if host != "" {
		template.DNSNames = append(template.DNSNames, host)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return tls.Certificate{}, err
	}
	leaf, err := x509.ParseCertificate(der)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}, err
}
