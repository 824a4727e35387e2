package netio

import (
	"crypto/tls"
	"net"
)

// proxyTLS puts TLS on the stream of e, which leads to an https proxy, and verifies
// that against the system's roots.
func proxyTLS(e *End, proxy Address) error {
	config := &tls.Config{ServerName: proxy.serverName(), MinVersion: tls.VersionTLS12}
	s := secure(e, func(conn net.Conn) *tls.Conn { return tls.Client(conn, config) })
	err := s.Handshake()
	if err == nil {
		return nil
	}
	failed, ok := (&tlsDialer{addr: proxy, config: config, who: "the proxy"}).failure(err, s).(*Error)
	if !ok {
		return err
	}
	failed.Hint = ""
	switch {
	case failed.Chain != nil:
		failed.Hint = "SSL_CERT_FILE=FILE names the roots to trust"
	case s.below.isForeign(err):
		failed.Hint = "http://" + proxy.Text
	}
	return failed
}
