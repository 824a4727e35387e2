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

func echoTLS(c *tls.Conn, _ *net.TCPConn) {
	_, _ = io.Copy(c, c)
	_ = c.CloseWrite()
}

func TestACertificateThatDoesNotHoldIsRefusedBeforeAnyData(t *testing.T) {
	a := newAuthority(t)
	expired, early := certificate("x", "localhost"), certificate("x", "localhost")
	expired.NotAfter = time.Now().Add(-time.Minute)
	early.NotBefore = time.Now().Add(time.Hour)
	forClients := certificate("x", "localhost")
	forClients.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	nul := certificate("x", "localhost\x00.evil.example")
	for name, row := range map[string]struct {
		template *x509.Certificate
		flags    []string
		words    []string
	}{
		"expired":              {expired, []string{"--ca", a.roots()}, []string{"the certificate (CN=x) has expired on 20"}},
		"not valid yet":        {early, []string{"--ca", a.roots()}, []string{"is not valid before 20", "and it is"}},
		"for another name":     {certificate("localhost", "other.example"), []string{"--ca", a.roots()}, []string{"the certificate is for other.example; localhost was expected", "--name other.example"}},
		"for another, unknown": {certificate("x", "other.example"), nil, []string{"the certificate is for other.example; localhost was expected", "--pin sha256:"}},
		"a common name only":   {certificate("localhost"), []string{"--ca", a.roots()}, []string{"for no host (a common name does not count); localhost was expected"}},
		"a name with a NUL":    {nul, []string{"--ca", a.roots()}, []string{"localhost was expected"}},
		"of an unknown CA":     {certificate("x", "localhost"), nil, []string{"leads to CN=Test CA, which is not among the system's roots", "--ca FILE", "--pin sha256:"}},
		"not for servers":      {forClients, []string{"--ca", a.roots()}, []string{"the certificate (CN=x) is not for this use"}},
		"with another's pin":   {certificate("x", "localhost"), []string{"--pin", "sha256:" + strings.Repeat("00", 32)}, []string{"its key is sha256:", "was expected (--pin)"}},
		"another name wanted":  {certificate("x", "localhost"), []string{"--ca", a.roots(), "--name", "db.internal"}, []string{"the certificate is for localhost; db.internal was expected"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := make(chan int64, 1)
			addr := a.server(&tls.Config{Certificates: []tls.Certificate{a.load(a.issue(strings.ReplaceAll(name, " ", "-"), row.template))}},
				func(c *tls.Conn, _ *net.TCPConn) { n, _ := io.Copy(io.Discard, c); got <- n })
			_, port, _ := net.SplitHostPort(addr)
			p := begin(t, fileOf(t, 1000), nil, append([]string{"-4v", "tls:localhost:" + port}, row.flags...)...)
			p.wants(8, row.words...)
			if p.stdout.Len() > 0 {
				t.Errorf("standard output: %q", p.stdout.String())
			}
			select {
			case n := <-got:
				if n > 0 {
					t.Errorf("%d bytes went to a server that was not verified", n)
				}
			default:
			}
		})
	}
}

func TestACertificateThatHoldsIsTaken(t *testing.T) {
	a := newAuthority(t)
	addr := a.server(&tls.Config{Certificates: []tls.Certificate{a.load(a.issue("good", certificate("x", "localhost", "127.0.0.1")))}, NextProtos: []string{"h2", "x"}}, echoTLS)
	_, port, _ := net.SplitHostPort(addr)
	for name, args := range map[string][]string{
		"by an address":               {"--ca", a.roots(), "tls:" + addr},
		"by a name":                   {"-4", "--ca", a.roots(), "--tls", "localhost", port},
		"with an option":              {"tls:" + addr + ",ca=" + a.roots()},
		"with another name":           {"--ca", a.roots(), "--name", "localhost", "tls:" + addr},
		"with a protocol":             {"--ca", a.roots(), "--alpn", "h3,x", "tls:" + addr},
		"not verified, as it is said": {"--insecure", "tls:" + addr},
	} {
		t.Run(name, func(t *testing.T) {
			p := begin(t, fileOf(t, 300000), nil, args...)
			p.wants(0)
			if !bytes.Equal(p.stdout.Bytes(), pattern(300000)) {
				t.Errorf("%d bytes came back, and differ", p.stdout.Len())
			}
		})
	}
}

func TestTheRootsOfTheSystemAreTrusted(t *testing.T) {
	a := newAuthority(t)
	addr := a.server(&tls.Config{Certificates: []tls.Certificate{a.load(a.issue("good", certificate("x", "127.0.0.1")))}}, echoTLS)
	p := begin(t, fileOf(t, 10), func(c *exec.Cmd) { c.Env = append(os.Environ(), "SSL_CERT_FILE="+a.roots()) }, "tls:"+addr)
	p.wants(0)
}

func TestATLSStreamCutWithoutCloseNotifyIsNoEnd(t *testing.T) {
	a := newAuthority(t)
	config := &tls.Config{Certificates: []tls.Certificate{a.load(a.issue("good", certificate("x", "127.0.0.1")))}}
	addr := a.server(config, func(c *tls.Conn, raw *net.TCPConn) {
		_, _ = c.Write(pattern(100000))
		_ = raw.CloseWrite() // in order for TCP
		_, _ = io.Copy(io.Discard, c)
	})
	p := begin(t, nil, nil, "--ca", a.roots(), "tls:"+addr)
	p.wants(6, "cut off (closed without a close_notify) after 0 B sent, 100.0 kB received")
	if !bytes.Equal(p.stdout.Bytes(), pattern(100000)) {
		t.Error("what had arrived is not all written")
	}
}

// The last bytes of a server come in one segment with its close_notify and its FIN.
func TestWhatATLSServerSendsAsItClosesArrivesWhole(t *testing.T) {
	a := newAuthority(t)
	config := &tls.Config{Certificates: []tls.Certificate{a.load(a.issue("good", certificate("x", "127.0.0.1")))}}
	addr := a.server(config, func(c *tls.Conn, _ *net.TCPConn) {
		_, _ = c.Write(pattern(1 << 20))
		_ = c.Close()
	})
	want := pattern(1 << 20)
	for range 10 {
		var running [10]*process
		for i := range running {
			running[i] = begin(t, nil, nil, "--ca", a.roots(), "tls:"+addr)
		}
		for _, p := range running {
			p.wants(0)
			if !bytes.Equal(p.stdout.Bytes(), want) {
				t.Fatalf("%d bytes of %d came", p.stdout.Len(), len(want))
			}
		}
	}
}

// 16 KiB and one byte are two records; the second may come with the first.
func TestBytesThatTLSHasDecryptedDoNotWaitForMore(t *testing.T) {
	a := newAuthority(t)
	config := &tls.Config{Certificates: []tls.Certificate{a.load(a.issue("good", certificate("x", "127.0.0.1")))}}
	release := make(chan struct{})
	addr := a.server(config, func(c *tls.Conn, _ *net.TCPConn) {
		_, _ = c.Write(pattern(16<<10 + 1))
		<-release
	})
	r, w := pipe(t)
	p := begin(t, nil, func(c *exec.Cmd) { c.Stdout = w }, "--ca", a.roots(), "tls:"+addr)
	_ = w.Close()
	got := make([]byte, 16<<10+1)
	if _, err := io.ReadFull(r, got); err != nil || !bytes.Equal(got, pattern(len(got))) {
		t.Errorf("%v", err)
	}
	close(release)
	p.code()
}

func TestAServerWithoutTLSIsNamedAsSuch(t *testing.T) {
	for name, row := range map[string]struct {
		say   string
		words []string
	}{
		"a greeting": {"220 mail ESMTP\r\n", []string{`does not speak TLS: it says "220 mail ESMTP\r\n"`, "--starttls smtp"}},
		"HTTP":       {"HTTP/1.1 400 Bad Request\r\n\r\n", []string{`does not speak TLS: it says "HTTP/1.1 400 Bad Request`}},
		"binary":     {"\x00\x1b]0;evil\x07........", []string{`does not speak TLS: it says "\x00\x1b]0;evil\a`}},
		"too short":  {"hi\n", []string{`does not speak TLS: it says "hi\n"`}},
		"nothing":    {"", []string{"closed in the TLS handshake"}},
		"megabyte":   {strings.Repeat("A", 1<<20), []string{`it says "AAAA`}},
		"an echo":    {"echo", []string{"does not speak TLS: it sends back what it is told"}},
		"TLS 1.0":    {"\x16\x03\x01\x00\x31\x02\x00\x00\x2d\x03\x01" + strings.Repeat("\x07", 64), []string{"speaks TLS 1.0 or 1.1 only"}},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHost(t)
			p := begin(t, nil, nil, "tls:"+h.addr())
			c := h.client()
			if row.say == "echo" {
				go io.Copy(c, c)
			} else {
				_, _ = c.Write([]byte(row.say))
				_ = c.CloseWrite()
			}
			p.wants(8, row.words...)
		})
	}
}

func TestOneLimitCoversAMuteTLSServer(t *testing.T) {
	for _, say := range []string{"", "\x16"} {
		h := newHost(t)
		begun := time.Now()
		p := begin(t, nil, nil, "-w", "0.2", "tls:"+h.addr())
		_, _ = h.client().Write([]byte(say))
		p.wants(5, "no answer for 200 ms (-w); in the TLS handshake")
		if d := time.Since(begun); d > 5*time.Second {
			t.Errorf("it took %v", d)
		}
	}
}
