package netio

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"
)

// crypto/tls gives a close_notify 5 s to leave, and takes the connection for broken then.
func TestACloseNotifyWaitsForAPeerThatDoesNotRead(t *testing.T) {
	t.Parallel()
	far, peer := pair(t, rowOf("tls"))
	conn := far.Sock.conn.(net.Conn)
	filled := int64(0)
	for piece := make([]byte, 64<<10); ; { // past TLS, until nothing more fits on the way
		_ = conn.SetWriteDeadline(time.Now().Add(100 * time.Millisecond))
		n, err := conn.Write(piece)
		filled += int64(n)
		if errors.Is(err, os.ErrDeadlineExceeded) && len(piece) == 1 {
			break
		}
		if errors.Is(err, os.ErrDeadlineExceeded) {
			piece, err = piece[:1], nil
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	_ = conn.SetWriteDeadline(time.Time{})
	if err := far.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(5500 * time.Millisecond) // it is this time that is tested
	read := make(chan int64, 1)
	go func() {
		n, _ := io.Copy(io.Discard, peer.Sock.conn)
		read <- n
	}()
	far.tls.awaitNotified()
	far.finished = true
	far.CloseInOrder()
	if n, goodbye := <-read, int64(far.Sock.goodbye.Load()); goodbye == 0 || n != filled+goodbye {
		t.Errorf("%d bytes came, want %d and a close_notify of %d", n, filled, goodbye)
	}
	_ = peer.Close()
}

// Answers that nobody takes keep the peer from reading, and so from making room for our end.
func TestASenderOverTLSEndsThoughAllThatItSaysComesBack(t *testing.T) {
	t.Parallel()
	r := rowOf("tls")
	far, peer := pair(t, r)
	for _, e := range []*End{far, peer} {
		_ = e.Sock.conn.(bufferedConn).SetReadBuffer(32 << 10)
		_ = e.Sock.conn.(bufferedConn).SetWriteBuffer(32 << 10)
	}
	_, end := r.nearEnd(t, bytes.NewReader(noise(1<<20)))
	looped := make(chan Outcome, 1)
	go func() { looped <- r.join(context.Background(), Rules{}, peer, peer) }()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if o := r.join(ctx, Rules{SendOnly: true}, end, far); o.Err != nil || o.Sent != 1<<20 {
		t.Errorf("%+v", o)
	}
	<-looped // it may hear a reset before it has read the last of it: its answers are not wanted
}

// A server may present what it likes: crypto/tls reads 256 KiB of certificates, and no more.
func TestACertificateChainWithoutAnEndIsNotReadToItsEnd(t *testing.T) {
	made, err := makeCertificate("127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	for range 10000 {
		made.Certificate = append(made.Certificate, made.Certificate[0])
	}
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		below := &belowTLS{Conn: c, Stream: c.(*net.TCPConn)}
		_ = tls.Server(below, &tls.Config{Certificates: []tls.Certificate{made}}).Handshake()
	}()
	addr, err := ParseAddress("tls:"+l.Addr().String(), ToDial)
	if err != nil {
		t.Fatal(err)
	}
	d, err := addr.Dialer(Options{Timeout: patience, TimeoutFlag: "--connect-timeout"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err = d.Dial(t.Context()); KindOf(err) != KindTLS || !strings.Contains(err.Error(), "exceeds maximum of 262144") {
		t.Errorf("%v", err)
	}
}

// A hint is typed, and the far end chooses the names of its certificate.
func TestANameIsNoHintWhereAShellWouldReadMoreOfIt(t *testing.T) {
	for name, plain := range map[string]bool{
		"db.internal": true, "*.db.internal": true, "::1": true, "a_b-c.d": true,
		"": false, "*.": false, "-x": false, "*.-x": false, "a b": false, "a;b": false, "$a": false, "é": false,
		cutAt(strings.Repeat("a", 400), maxText): false,
	} {
		if isPlainName(name) != plain {
			t.Errorf("%q: %v", name, !plain)
		}
	}
}
