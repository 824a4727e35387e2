package netio

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// A tlsDialer dials the same address without TLS, and then secures it.
type tlsDialer struct {
	addr   Address
	opts   Options
	below  Dialer
	config *tls.Config
	who    string // the server, in messages
	knocks bool   // the connection is good for nothing but to be closed
}

func dialTLS(a Address, o Options) (Dialer, error) {
	config, err := clientConfig(a, o)
	if err != nil {
		return nil, err
	}
	below, err := dialTCP(a, o)
	return &tlsDialer{addr: a, opts: o, below: below, config: config, who: "the far end"}, err
}

// Dial connects and does the handshake, all within Options.Timeout.
func (d *tlsDialer) Dial(ctx context.Context) (*End, error) {
	begin := time.Now()
	end, err := d.below.Dial(ctx)
	if err != nil {
		return nil, err
	}
	connected := time.Now()
	ctx, cancel := d.opts.limitSince(ctx, d.addr, begin)
	defer cancel()
	if protocol := d.addr.Options["starttls"]; protocol != "" {
		err = underContext(ctx, end, "in the STARTTLS dialogue", func() error { return startTLS(protocol, end, d.addr.Host) })
		if err != nil {
			_ = end.Close()
			return nil, named(err, d.addr.Text)
		}
		d.opts.step(d.addr.Text, ": STARTTLS (", protocol, ") agreed")
	}
	begun := time.Now()
	var s *tlsStream
	config := d.config.Clone()
	config.GetClientCertificate = func(r *tls.CertificateRequestInfo) (*tls.Certificate, error) {
		s.asked = r.Version >= tls.VersionTLS13
		for i := range d.config.Certificates {
			if r.SupportsCertificate(&d.config.Certificates[i]) == nil {
				return &d.config.Certificates[i], nil
			}
		}
		return &tls.Certificate{}, nil
	}
	s = secure(end, func(conn net.Conn) *tls.Conn { return tls.Client(conn, config) })
	err = underContext(ctx, end, "in the TLS handshake", func() error {
		err := s.Handshake()
		if err == nil && d.knocks {
			err = end.awaitGoodbye()
		}
		return err
	})
	if err != nil {
		_ = end.Close()
		return nil, d.failure(err, s)
	}
	s.shown, s.verified = true, d.verification()
	if end.Timings != nil {
		end.Timings.TLS = time.Since(connected)
	}
	d.opts.step(d.addr.Text, ": TLS handshake done after ", Seconds(time.Since(begun)))
	return end, nil
}

// A tlsStream is a stream secured by TLS. Its Close closes the socket below it and
// says no goodbye: the linger makes that a reset. CloseWrite sends close_notify,
// which ends our direction in order (RFC 8446, section 6.1); the FIN comes when
// the socket is closed.
type tlsStream struct {
	*tls.Conn
	below    *belowTLS
	sock     *Socket
	asked    bool          // the server wants a certificate: only after the handshake it says whether it takes ours
	shown    bool          // the handshake is done: what is known of the peer can be asked
	verified string        // how the peer was verified; empty where it was not
	ending   atomic.Bool   // a CloseWrite has been asked for: a layer may put it off
	notified chan struct{} // closed once close_notify is sent, or cannot be
	told     sync.Once
}

// secure puts TLS on an end, as the connection that makes of the one below it.
func secure(end *End, makes func(net.Conn) *tls.Conn) *tlsStream {
	below := &belowTLS{Stream: end.Stream, Conn: end.Sock.conn.(net.Conn)}
	s := &tlsStream{Conn: makes(below), below: below, sock: end.Sock, notified: make(chan struct{})}
	end.Stream, end.tls = s, s
	return s
}

// CloseWrite does not wait for the peer to make room for the close_notify: awaitNotified does.
func (s *tlsStream) CloseWrite() error {
	s.ending.Store(true)
	go s.told.Do(func() {
		defer close(s.notified)
		// crypto/tls gives a close_notify 5 s, and a peer that reads slowly may take longer.
		if s.below.awaitRoom() == nil {
			bottom := s.bottom()
			before := bottom.written
			_ = s.Conn.CloseWrite() // fails on a broken connection, which draining it finds
			s.sock.goodbye.Store(int32(bottom.written - before))
		}
	})
	return nil
}

// awaitNotified waits until a CloseWrite that was asked for has come to its end.
func (s *tlsStream) awaitNotified() {
	if s.ending.Load() {
		<-s.notified
	}
}

// verdictTime is how long a server that has asked for a certificate has to refuse it,
// where nothing else is read from it: it may take it without a word.
const verdictTime = time.Second

// awaitGoodbye waits until a close_notify that was asked for is sent, and throws away what comes
// meanwhile: a peer whose answers nobody takes may never make room for it. Its error is the alert
// of a server that does not take our certificate, or our having none: in TLS 1.3 our handshake is
// over before the server has judged it.
func (e *End) awaitGoodbye() error {
	heard := make(chan error, 1)
	_ = e.Sock.conn.SetReadDeadline(time.Time{})
	go func() { heard <- e.throwAway() }()
	e.tls.awaitNotified()
	if e.tls.asked {
		_ = e.Sock.conn.SetReadDeadline(time.Now().Add(verdictTime))
	} else {
		e.Sock.StopReading()
	}
	err := <-heard
	_ = e.Sock.conn.SetReadDeadline(time.Time{})
	if _, alerted := remoteAlert(err); alerted && e.tls.asked {
		return err
	}
	return nil
}

// bottom is what writes to the socket: behind an https proxy there is TLS in TLS.
func (s *tlsStream) bottom() *belowTLS {
	for {
		inner, ok := s.below.Stream.(*tlsStream)
		if !ok {
			return s.below
		}
		s = inner
	}
}

func (s *tlsStream) Close() error {
	err := s.below.Stream.Close()
	s.told.Do(func() { close(s.notified) }) // nothing is said any more
	return err
}

// belowTLS is the connection that TLS runs on: what a Stream gives, with the
// deadlines of the socket below that.
type belowTLS struct {
	net.Conn
	Stream  Stream
	head    []byte // the first bytes that came, to tell what is no TLS
	written int64  // bytes; TLS writes one record after the other
}

// headSize is enough for a greeting.
const headSize = 64

func (b *belowTLS) Read(p []byte) (int, error) {
	n, err := b.Stream.Read(p)
	if room := headSize - len(b.head); room > 0 {
		b.head = append(b.head, p[:min(n, room)]...)
	}
	if err == io.EOF {
		// crypto/tls takes a FIN between two records for an end in order, though anybody
		// on the way could have sent it (RFC 8446, section 6.1).
		err = errCut
	}
	return n, err
}

// errCut is the end of a connection below TLS before a close_notify.
var errCut = errors.New("closed without a close_notify")

func (b *belowTLS) Write(p []byte) (int, error) {
	n, err := b.Stream.Write(p)
	b.written += int64(n)
	return n, err
}

// awaitRoom waits until a Write would not wait, or the connection is closed or broken.
func (b *belowTLS) awaitRoom() error {
	socket, ok := b.Conn.(sockConn)
	if !ok {
		return nil
	}
	raw, err := socket.SyscallConn()
	if err != nil {
		return err
	}
	return raw.Write(func(fd uintptr) bool { return writable(fd) })
}

// named gives an error the endpoint, where it has none.
func named(err error, addr string) error {
	if e, ok := err.(*Error); ok && e.Addr == "" {
		with := *e
		with.Addr = addr
		return &with
	}
	return err
}

// verification is how the server's certificate was verified.
func (d *tlsDialer) verification() string {
	switch o := d.addr.Options; {
	case o["pin"] != "" && o["ca"] != "":
		return "by its pin and " + o["ca"]
	case o["pin"] != "":
		return "by its pin"
	case o["insecure"] != "":
		return ""
	case o["ca"] != "":
		return "by " + o["ca"]
	}
	return "by the system's roots"
}
