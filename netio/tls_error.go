package netio

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// remoteAlert is the alert that the peer has sent. crypto/tls has no exported type
// for one that came over a connection: it is a net.OpError with a number inside.
func remoteAlert(err error) (tls.AlertError, bool) {
	var op *net.OpError
	if !errors.As(err, &op) || op.Op != "remote error" {
		return 0, false
	}
	number := reflect.ValueOf(op.Err)
	if number.Kind() != reflect.Uint8 {
		return 0, false
	}
	return tls.AlertError(number.Uint()), true
}

// describeTLS says what ended a TLS stream in mid-session.
func describeTLS(err error) (Kind, string, bool) {
	if alert, alerted := remoteAlert(err); alerted {
		return KindTLS, alertText(alert, "the far end"), true
	}
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "local error" { // crypto/tls's
		return KindTLS, "TLS: " + withoutPrefix(op.Err), true
	}
	return 0, "", false
}

// The alerts that tell what to do (RFC 8446, section 6.2; RFC 7301).
const (
	alertHandshakeFailure    tls.AlertError = 40
	alertUnknownCA           tls.AlertError = 48
	alertProtocolVersion     tls.AlertError = 70
	alertUnrecognizedName    tls.AlertError = 112
	alertCertificateRequired tls.AlertError = 116
	alertNoProtocol          tls.AlertError = 120
)

// alertText says an alert of the other side.
func alertText(a tls.AlertError, who string) string {
	said := strings.TrimPrefix(a.Error(), "tls: ")
	switch a {
	case alertProtocolVersion:
		return who + " takes neither TLS 1.2 nor 1.3"
	case alertCertificateRequired:
		return who + " demands a certificate"
	case alertNoProtocol:
		return who + " speaks none of the protocols offered (ALPN)"
	case alertUnrecognizedName:
		return who + " does not know the server name that was sent"
	}
	return who + " refuses: " + said
}

// alertHint says what to type, where that may help.
func alertHint(a tls.AlertError) string {
	switch a {
	case alertCertificateRequired:
		return "--cert FILE with our certificate and its key"
	case alertUnrecognizedName:
		return "--name HOST"
	case alertNoProtocol:
		return "--alpn PROTOCOL"
	}
	return ""
}

// failure says why the handshake with a server failed: what it presented, what was
// expected, and what to type.
func (d *tlsDialer) failure(err error, s *tlsStream) error {
	e := &Error{Kind: KindTLS, Addr: d.addr.Text, Err: err}
	var mine *Error
	var untrusted *tls.CertificateVerificationError
	var pin *wrongPin
	switch alert, alerted := remoteAlert(err); {
	case errors.As(err, &mine):
		return err
	case errors.Is(err, context.DeadlineExceeded):
		e.Kind, e.What = KindTimeout, "no answer in the TLS handshake"
	case errors.As(err, &untrusted):
		d.untrusted(e, untrusted)
	case errors.As(err, &pin):
		e.What, e.Chain = pin.Error(), describeChain(s.ConnectionState().PeerCertificates)
	case alerted:
		e.What, e.Hint = "TLS: "+alertText(alert, d.who), alertHint(alert)
		if alert == alertHandshakeFailure && len(d.config.Certificates) == 0 { // so TLS 1.2 says it
			e.Hint = "if it is a certificate of ours that it wants: --cert FILE"
		}
	case s.below.isOldServer():
		e.What = d.who + " speaks TLS 1.0 or 1.1 only, which are not safe any more"
	case s.below.isEcho():
		e.What, e.Hint = d.who+" does not speak TLS: it sends back what it is told", d.plainHint(nil)
	default:
		var isPlain bool
		if e.What, isPlain = s.below.refusal(err, d.who); isPlain {
			e.Hint = d.plainHint(s.below.head)
		}
	}
	return e
}

// untrusted says what is wrong with a certificate.
func (d *tlsDialer) untrusted(e *Error, v *tls.CertificateVerificationError) {
	var authority x509.UnknownAuthorityError
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	leaf := v.UnverifiedCertificates[0]
	e.Chain = describeChain(v.UnverifiedCertificates)
	trust := "if its key is known to be right: --pin " + pinOf(leaf)
	switch {
	case errors.As(v.Err, &host):
		e.What = "the certificate is for " + orNobody(namesOf(leaf)) + "; " + d.config.ServerName + " was expected"
		e.Hint = trust
		if names := namesOf(leaf); len(names) > 0 && isPlainName(names[0]) && d.leadsToRoots(v.UnverifiedCertificates) {
			e.Hint = "if that is the one: --name " + strings.TrimPrefix(names[0], "*.")
		}
	case errors.As(v.Err, &authority) && bytes.Equal(leaf.RawIssuer, leaf.RawSubject):
		e.What, e.Hint = "the certificate is self-signed ("+subjectOf(leaf)+") and not among "+d.roots(), trust
	case errors.As(v.Err, &authority):
		last := v.UnverifiedCertificates[len(v.UnverifiedCertificates)-1]
		e.What = "the certificate (" + subjectOf(leaf) + ") leads to " + issuerOf(last) + ", which is not among " + d.roots()
		e.Hint = "--ca FILE with that one's certificate;  " + trust
	case errors.As(v.Err, &invalid):
		e.What, e.Hint = invalidText(invalid, leaf), trust
	default:
		e.What = "the certificate (" + subjectOf(leaf) + ") is not accepted: " + strings.TrimPrefix(Reason(v.Err), "x509: ")
	}
}

// leadsToRoots: but for its names, the certificate would be accepted.
func (d *tlsDialer) leadsToRoots(chain []*x509.Certificate) bool {
	o := x509.VerifyOptions{Roots: d.config.RootCAs, Intermediates: x509.NewCertPool()}
	for _, c := range chain[1:] {
		o.Intermediates.AddCert(c)
	}
	_, err := chain[0].Verify(o)
	return err == nil
}

// isPlainName: a shell takes it for one word as it stands. The far end chooses what is in its
// certificate, and a hint is typed.
func isPlainName(name string) bool {
	name = strings.TrimPrefix(name, "*.")
	return name != "" && name[0] != '-' && len(name) <= 253 && !strings.ContainsFunc(name, func(r rune) bool {
		return r != '.' && r != '-' && r != ':' && r != '_' && !('0' <= r && r <= '9') && !('a' <= r|0x20 && r|0x20 <= 'z')
	})
}

// roots are whom a certificate must lead to.
func (d *tlsDialer) roots() string {
	if file := d.addr.Options["ca"]; file != "" {
		return "those of " + file
	}
	return "the system's roots"
}

func orNobody(names []string) string {
	if len(names) == 0 {
		return "no host (a common name does not count)"
	}
	const most = 6
	if len(names) > most {
		return strings.Join(names[:most], ", ") + " and " + strconv.Itoa(len(names)-most) + " more"
	}
	return strings.Join(names, ", ")
}

func invalidText(invalid x509.CertificateInvalidError, leaf *x509.Certificate) string {
	cert := invalid.Cert
	if cert == nil {
		cert = leaf
	}
	const day = "2006-01-02 15:04 MST"
	now := time.Now()
	switch {
	case invalid.Reason == x509.Expired && now.Before(cert.NotBefore):
		return fmt.Sprintf("the certificate (%s) is not valid before %s, and it is %s here", subjectOf(cert), cert.NotBefore.UTC().Format(day), now.UTC().Format(day))
	case invalid.Reason == x509.Expired:
		return fmt.Sprintf("the certificate (%s) has expired on %s", subjectOf(cert), cert.NotAfter.UTC().Format(day))
	case invalid.Reason == x509.IncompatibleUsage:
		return "the certificate (" + subjectOf(cert) + ") is not for this use"
	}
	return "the certificate (" + subjectOf(cert) + ") is not accepted: " + strings.TrimPrefix(invalid.Error(), "x509: ")
}

// refusal says why a handshake failed in which nothing was said about that; isPlain
// where the other side speaks something else.
func (b *belowTLS) refusal(err error, who string) (what string, isPlain bool) {
	kind, _ := describe(err)
	switch {
	case b.isForeign(err):
		return fmt.Sprintf("%s does not speak TLS: it says %.40q", who, b.head), true
	case errors.Is(err, errCut) && len(b.head) > 0 && b.head[0] != recordHandshake && b.head[0] != recordAlert:
		return fmt.Sprintf("%s does not speak TLS: it says %.40q", who, b.head), true
	case errors.Is(err, errCut), errors.Is(err, io.EOF): // the latter is a close_notify
		return who + " closed in the TLS handshake", false
	case kind == KindReset:
		return who + " reset in the TLS handshake", false
	}
	return "TLS: " + withoutPrefix(err), false
}

// isForeign reports whether the other side speaks, and not TLS.
func (b *belowTLS) isForeign(err error) bool {
	var record tls.RecordHeaderError
	return errors.As(err, &record) && len(b.head) > 0
}

// The beginning of a handshake record (RFC 8446, sections 4 and 5.1): its type, the
// record's version, its length, the message's type and length, and the version.
const (
	recordAlert     = 21
	recordHandshake = 22
	clientHello     = 1
	serverHello     = 2
	messageAt       = 5
	versionAt       = 9
)

// isAlert reports whether all that came is one alert in plain text, as a TLS server
// gives who does not speak TLS (RFC 8446, section 6).
func (d *direction) isAlert() bool {
	const size = 7
	return d.Read() == size && d.head == [2]byte{recordAlert, 3}
}

func (b *belowTLS) begins(message byte) bool {
	return len(b.head) > versionAt+1 && b.head[0] == recordHandshake && b.head[messageAt] == message
}

func (b *belowTLS) isOldServer() bool {
	return b.begins(serverHello) && b.head[versionAt] == 3 && b.head[versionAt+1] < 3
}

func (b *belowTLS) isEcho() bool { return b.begins(clientHello) }

// plainHint is how to talk to a server that speaks no TLS, or not at once.
func (d *tlsDialer) plainHint(head []byte) string {
	plain := "fid connect " + JoinText(d.addr.Host, d.addr.Port)
	for _, greeting := range []struct{ begin, protocol string }{{"220", "smtp"}, {"* OK", "imap"}, {"+OK", "pop3"}} {
		if bytes.HasPrefix(head, []byte(greeting.begin)) {
			plain += "  or, for TLS, --starttls " + greeting.protocol
		}
	}
	return Typable(plain)
}

// clientFailure says why the handshake with a client failed.
func (s *tlsStream) clientFailure(err error, addr string) error {
	e := &Error{Kind: KindTLS, Addr: addr, Err: err}
	var mine *Error
	var untrusted *tls.CertificateVerificationError
	switch alert, alerted := remoteAlert(err); {
	case errors.As(err, &mine):
		return err
	case errors.As(err, &untrusted):
		leaf := untrusted.UnverifiedCertificates[0]
		e.Chain = describeChain(untrusted.UnverifiedCertificates)
		e.What = "the client's certificate (" + subjectOf(leaf) + " from " + issuerOf(leaf) + ") is not accepted: " + strings.TrimPrefix(Reason(untrusted.Err), "x509: ")
	case alerted:
		e.What = "TLS: " + alertText(alert, "the client")
		if alert == alertUnknownCA {
			e.What = "the client does not trust our certificate"
		}
	default:
		e.What, _ = s.below.refusal(err, "the client")
	}
	return e
}
