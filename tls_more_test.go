package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

func TestAServerThatDemandsACertificateSaysSo(t *testing.T) {
	a := newAuthority(t)
	server := a.issue("server", certificate("x", "127.0.0.1"))
	client := a.issue("client", certificate("alice"))
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		pool := x509.NewCertPool()
		pool.AddCert(a.cert)
		addr := a.server(&tls.Config{Certificates: []tls.Certificate{a.load(server)}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: pool, MaxVersion: version}, echoTLS)
		begin(t, fileOf(t, 5000), nil, "--ca", a.roots(), "tls:"+addr).wants(8, "--cert FILE")
		for range 5 { // the handshake is over before the server has judged
			begin(t, fileOf(t, 5000), nil, "--send-only", "--ca", a.roots(), "tls:"+addr).wants(8, "--cert FILE")
			begin(t, fileOf(t, 5000), nil, "-q0", "--ca", a.roots(), "tls:"+addr).wants(8, "--cert FILE")
			begin(t, nil, nil, "-z", "--ca", a.roots(), "tls:"+addr).wants(8, "--cert FILE")
		}
		begin(t, fileOf(t, 5000), nil, "--ca", a.roots(), "--cert", client, "tls:"+addr).wants(0)
		begin(t, nil, nil, "-z", "--ca", a.roots(), "--cert", client, "tls:"+addr).wants(0)
	}
}

// What -v tells of a TLS port it tells of one that is only checked, too.
func TestACheckOfATLSPortTellsWhatItPresents(t *testing.T) {
	a := newAuthority(t)
	addr := a.server(&tls.Config{Certificates: []tls.Certificate{a.load(a.issue("good", certificate("x", "127.0.0.1")))}}, echoTLS)
	begin(t, nil, nil, "-zv", "--ca", a.roots(), "tls:"+addr).wants(0, "TLS 1.3", "certificate CN=x for 127.0.0.1, from CN=Test CA")
}

// A reply of telnet that is on its way puts the close_notify off, but not for ever.
func TestTelnetOverTLSEndsInOrder(t *testing.T) {
	a := newAuthority(t)
	config := &tls.Config{Certificates: []tls.Certificate{a.load(a.issue("good", certificate("x", "127.0.0.1")))}}
	h := newHost(t)
	for range 20 {
		p := begin(t, fileOf(t, 10), nil, "-t", "--send-only", "--ca", a.roots(), "tls:"+h.addr())
		c := tls.Server(cutNoticed{h.client()}, config)
		go func() {
			for i := byte(0); ; i++ { // IAC DO
				if _, err := c.Write([]byte{255, 253, i % 100}); err != nil {
					return
				}
			}
		}()
		if _, err := io.Copy(io.Discard, c); err != nil {
			t.Fatalf("the server heard %v, want a close_notify", err)
		}
		_ = c.Close()
		p.code()
	}
}

// A cutNoticed tells a FIN from a close_notify, which crypto/tls does not between two
// records.
type cutNoticed struct{ net.Conn }

func (c cutNoticed) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if err == io.EOF {
		err = io.ErrClosedPipe
	}
	return n, err
}

func TestAListenerDemandsItsClientsCertificates(t *testing.T) {
	a, stranger := newAuthority(t), newAuthority(t)
	server := a.issue("server", certificate("x", "127.0.0.1"))
	p, addr := serving(t, nil, nil, "echo", "-v", "--tls", "--cert", server, "--client-ca", a.roots(), "127.0.0.1", "0")
	begin(t, fileOf(t, 5000), nil, "--ca", a.roots(), addr).wants(8, "the far end demands a certificate", "--cert FILE")
	begin(t, fileOf(t, 5000), nil, "--ca", a.roots(), "--cert", stranger.issue("mallory", certificate("mallory")), addr).wants(8, "the far end refuses")
	begin(t, fileOf(t, 5000), nil, "--ca", a.roots(), "--cert", a.issue("alice", certificate("alice")), addr).wants(0)
	_ = p.cmd.Process.Signal(os.Interrupt)
	p.wants(130, "client didn't provide a certificate", "the client's certificate (CN=mallory from CN=Test CA) is not accepted", "certificate CN=alice")
}

func TestAMuteClientOfATLSListenerKeepsNobodyWaiting(t *testing.T) {
	a := newAuthority(t)
	server := a.issue("server", certificate("x", "127.0.0.1"))
	p, addr := serving(t, nil, nil, "echo", "-v", "--connect-timeout", "1", "--tls", "--cert", server, "127.0.0.1", "0")
	plain := strings.TrimPrefix(addr, "tls:")
	mute := dialPeer(t, plain)
	chatter := dialPeer(t, plain)
	chatter.says([]byte("GET / HTTP/1.0\r\n\r\n"))
	begin(t, fileOf(t, 5000), nil, "--ca", a.roots(), addr).wants(0)
	mute.hearsReset()
	_ = p.cmd.Process.Signal(os.Interrupt)
	p.wants(130, `the client does not speak TLS: it says "GET / HTTP/1.0`, "no answer for 1 s (--connect-timeout); in the TLS handshake")
}

func TestTheOtherSideCanTypeThePinOfAMadeCertificate(t *testing.T) {
	p, addr := serving(t, nil, nil, "echo", "--tls", "127.0.0.1", "0")
	_, pin, found := strings.Cut(p.stderr.String(), "the other side can type --pin ")
	for begun := time.Now(); !found && time.Since(begun) < patience; {
		_, pin, found = strings.Cut(p.stderr.String(), "the other side can type --pin ")
	}
	pin, _, _ = strings.Cut(pin, "\n")
	begin(t, fileOf(t, 5000), nil, "--pin", pin, addr).wants(0)
	begin(t, fileOf(t, 5000), nil, addr).wants(8, "the certificate is self-signed (CN=fid) and not among the system's roots", "--pin "+pin)
}

// A TLS connection in a relay: the end of either side is carried as what it was.
func TestARelayCarriesACutTLSStreamAsAReset(t *testing.T) {
	a := newAuthority(t)
	config := &tls.Config{Certificates: []tls.Certificate{a.load(a.issue("good", certificate("x", "127.0.0.1")))}}
	addr := a.server(config, func(c *tls.Conn, raw *net.TCPConn) {
		ask := make([]byte, 3)
		_, _ = io.ReadFull(c, ask)
		_, _ = c.Write([]byte("part"))
		if string(ask) == "end" {
			_ = c.CloseWrite()
			_, _ = io.Copy(io.Discard, c)
		} else {
			_ = raw.CloseWrite()
			_, _ = io.Copy(io.Discard, raw)
		}
	})
	_, at := serving(t, nil, nil, "relay", "--ca", a.roots(), "127.0.0.1:0", "tls:"+addr)
	in := dialPeer(t, at)
	in.says([]byte("end"))
	in.finishes()
	in.hears([]byte("part"))
	cut := dialPeer(t, at)
	cut.says([]byte("cut"))
	if got := cut.hearsReset(); string(got) != "part" {
		t.Errorf("%q", got)
	}
}

func TestStartTLSGoesOverToTLS(t *testing.T) {
	a := newAuthority(t)
	config := &tls.Config{Certificates: []tls.Certificate{a.load(a.issue("good", certificate("x", "127.0.0.1")))}}
	h := newHost(t)
	p := begin(t, fileOf(t, 5000), nil, "--starttls", "smtp", "--ca", a.roots(), h.addr())
	c := h.client()
	c.says([]byte("220 mail ESMTP\r\n"))
	line := make([]byte, 512)
	_, _ = c.Read(line)
	c.says([]byte("250-mail\r\n250 STARTTLS\r\n"))
	_, _ = c.Read(line)
	c.says([]byte("220 go ahead\r\n"))
	secured := tls.Server(c.TCPConn, config)
	_, _ = io.Copy(secured, secured)
	_ = secured.Close()
	p.wants(0)
	if !bytes.Equal(p.stdout.Bytes(), pattern(5000)) {
		t.Errorf("%d bytes came back", p.stdout.Len())
	}
	mute := newHost(t)
	p = begin(t, nil, nil, "-w", "0.2", "--starttls", "imap", mute.addr())
	mute.client()
	p.wants(5, "no answer for 200 ms (-w); in the STARTTLS dialogue", "if it speaks TLS from the first byte: without --starttls")
}

func TestATLSServerIsNamedToWhomeverSpeaksPlainly(t *testing.T) {
	h := newHost(t)
	in, w := pipe(t)
	_, _ = w.WriteString("GET / HTTP/1.0\r\n\r\n")
	_ = w.Close()
	out, err := os.Create(t.TempDir() + "/out")
	if err != nil {
		t.Fatal(err)
	}
	p := begin(t, in, func(c *exec.Cmd) { c.Stdout = out }, "-v", h.addr())
	c := h.client()
	c.says([]byte{21, 3, 3, 0, 2, 2, 10}) // a fatal alert: unexpected message
	c.finishes()
	c.hears([]byte("GET / HTTP/1.0\r\n\r\n")) // what is left unread is a reset
	p.wants(0, "the far end speaks TLS: fid connect tls:"+h.addr()+"\n")
}
