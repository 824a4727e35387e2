package netio

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"strings"
	"time"
)

// proxyTLS puts TLS around the stream of e, which leads to an https proxy, and
// verifies it against the system's roots.
func proxyTLS(e *End, proxy Address) error {
	conn := tls.Client(streamConn{e.Stream, e.Sock}, &tls.Config{ServerName: strings.TrimSuffix(proxy.Host, "."), MinVersion: tls.VersionTLS12})
	if err := conn.Handshake(); err != nil {
		return proxyTLSError(proxy, err)
	}
	e.Stream = &tlsTunnel{conn, e.Stream}
	return nil
}

// A tlsTunnel is a stream inside TLS. Close closes what is below without a word:
// whatever ends in order has said so in CloseWrite, and all else is a reset.
type tlsTunnel struct {
	*tls.Conn
	below Stream
}

func (t *tlsTunnel) Close() error { return t.below.Close() }

// A streamConn is a Stream as crypto/tls wants it.
type streamConn struct {
	Stream
	sock *Socket
}

func (c streamConn) LocalAddr() net.Addr                { return c.sock.conn.LocalAddr() }
func (c streamConn) RemoteAddr() net.Addr               { return c.sock.conn.LocalAddr() } // only told in errors
func (c streamConn) SetDeadline(t time.Time) error      { return c.sock.conn.SetDeadline(t) }
func (c streamConn) SetReadDeadline(t time.Time) error  { return c.sock.conn.SetReadDeadline(t) }
func (c streamConn) SetWriteDeadline(t time.Time) error { return c.sock.conn.SetDeadline(t) }

// proxyTLSError says why a handshake failed, by the error's type.
func proxyTLSError(proxy Address, err error) error {
	var record tls.RecordHeaderError
	var unknown x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	e := &Error{Kind: KindTLS, Addr: proxy.Text, What: "TLS failed: " + Reason(err), Err: err}
	switch {
	case errors.As(err, &record):
		e.What, e.Hint = "the proxy does not speak TLS", "http://"+proxy.Text
	case errors.As(err, &name):
		e.What = "its certificate is not for " + proxy.Host
	case errors.As(err, &unknown):
		e.What, e.Hint = "its certificate is signed by nobody known here", "SSL_CERT_FILE=FILE names the certificates to trust"
	case errors.As(err, &invalid):
		e.What = "its certificate is not valid: " + invalid.Error()
	}
	return e
}
