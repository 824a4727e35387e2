package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// hearsWords reads as many bytes as want has, and compares.
func (p *peer) hearsWords(want string) {
	p.t.Helper()
	got := make([]byte, len(want))
	if _, err := io.ReadFull(p, got); err != nil || string(got) != want {
		p.t.Fatalf("the peer heard %q and %v, want %q", got, err, want)
	}
}

// grantsSOCKS plays a SOCKS 5 proxy that is asked for db.example:5432.
func (p *peer) grantsSOCKS() {
	p.t.Helper()
	p.hearsWords("\x05\x01\x00")
	p.says([]byte("\x05\x00"))
	p.hearsWords("\x05\x01\x00\x03\x0adb.example\x15\x38")
	p.says([]byte("\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00"))
}

// withEnv sets variables of the command, and none of the proxies' that the test
// itself has.
func withEnv(vars ...string) func(*exec.Cmd) {
	return func(c *exec.Cmd) {
		for _, v := range os.Environ() {
			if name, _, _ := strings.Cut(strings.ToLower(v), "="); name != "all_proxy" && name != "no_proxy" && name != "fid_proxy_password" {
				c.Env = append(c.Env, v)
			}
		}
		c.Env = append(c.Env, vars...)
	}
}

func TestASessionThroughAProxyIsLikeAnyOther(t *testing.T) {
	h := newHost(t)
	events := filepath.Join(t.TempDir(), "events")
	p := begin(t, fileOf(t, 3e5), withEnv(), "connect", "-v", "--json="+events, "-x", h.addr(), "db.example", "5432")
	c := h.client()
	c.grantsSOCKS()
	c.says([]byte("answer"))
	c.hears(pattern(3e5))
	_ = c.Close()
	p.wants(0, "fid: db.example:5432: connected (through "+h.addr()+")\n", "300.0 kB sent, 6 B received")
	if p.stdout.String() != "answer" {
		t.Errorf("standard output has %q", p.stdout.String())
	}
	if told := readDoc(t, events); !strings.Contains(told, `"event":"connected","address":"db.example:5432","peer":"`+h.addr()+`"`) ||
		!strings.Contains(told, `"through":"`+h.addr()+`"`) {
		t.Errorf("the events are %s", told)
	}
}

func TestAProxyThatClosesInMidTransferIsAReset(t *testing.T) {
	h := newHost(t)
	stdin, feed := pipe(t)
	p := begin(t, stdin, withEnv(), "connect", "-x", h.addr(), "db.example:5432")
	c := h.client()
	c.grantsSOCKS()
	_, _ = feed.WriteString("half")
	c.hearsWords("half")
	c.resets()
	p.wants(6, "db.example:5432: reset after ", " sent, 0 B received")
}

func TestUnderTheNameNCTheFarEndIsNamedNotItsProxy(t *testing.T) {
	h := newHost(t)
	nc, err := exec.LookPath("nc")
	if err != nil {
		t.Fatal(err)
	}
	p := begin(t, nil, func(c *exec.Cmd) {
		withEnv()(c)
		c.Path, c.Args = nc, append([]string{"nc"}, c.Args[1:]...)
	}, "-zv", "-X", "5", "-x", h.addr(), "db.example", "5432")
	h.client().grantsSOCKS()
	if code := p.code(); code != 0 || !strings.HasPrefix(p.stderr.String(), "Connection to db.example 5432 port [tcp/") {
		t.Errorf("exit %d, it said %q", code, p.stderr.String())
	}
}

func TestAProxyIsTakenFromTheEnvironmentOnlyWhereThatIsAskedFor(t *testing.T) {
	proxy, direct := newHost(t), newHost(t)
	for _, c := range []struct {
		name     string
		env      []string
		flags    []string
		isDirect bool
	}{
		{"without -x", []string{"ALL_PROXY=socks5h://" + proxy.addr()}, nil, true},
		{"not set", nil, []string{"-x", "env"}, true},
		{"set", []string{"ALL_PROXY=socks5h://" + proxy.addr()}, []string{"-x", "env"}, false},
		{"in lower case, which comes first", []string{"ALL_PROXY=http://127.0.0.1:1", "all_proxy=socks5h://" + proxy.addr()}, []string{"-x", "env"}, false},
		{"excepted", []string{"ALL_PROXY=socks5h://" + proxy.addr(), "NO_PROXY=db.example,127.0.0.0/8"}, []string{"-x", "env"}, true},
		{"another one excepted", []string{"ALL_PROXY=socks5h://" + proxy.addr(), "NO_PROXY=db.example,128.0.0.0/8"}, []string{"-x", "env"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			begin(t, nil, withEnv(c.env...), append(append([]string{"connect"}, c.flags...), direct.addr())...)
			if c.isDirect {
				client := direct.client()
				client.hearsNothing()
				_ = client.Close()
				return
			}
			client := proxy.client()
			client.hearsWords("\x05\x01\x00")
			_ = client.Close()
		})
	}
}

func TestWaitTriesAgainWhileTheProxyFindsNobody(t *testing.T) {
	h := newHost(t)
	p := begin(t, nil, withEnv(), "-z", "--wait", "30s", "-x", h.addr(), "db.example", "5432")
	c := h.client()
	c.hearsWords("\x05\x01\x00")
	c.says([]byte("\x05\x00"))
	c.hearsWords("\x05\x01\x00\x03\x0adb.example\x15\x38")
	c.says([]byte("\x05\x05"))
	h.client().grantsSOCKS()
	p.wants(0)
	if !strings.HasPrefix(p.stdout.String(), "db.example:5432: open (through "+h.addr()+", ") {
		t.Errorf("it reports %q", p.stdout.String())
	}
}

func TestWaitIsGivenUpWithWhatTheProxyDidNotAnswer(t *testing.T) {
	h := newHost(t)
	p := begin(t, nil, withEnv(), "-z", "--wait", "0.2", "-x", h.addr(), "db.example", "5432")
	c := h.client()
	p.wants(5, "db.example:5432: not there after 200 ms (--wait); last: "+h.addr()+": no answer to the greeting")
	_ = c.Close()
}

// The password in a file, in the environment, and in a pipe that a shell makes.
func TestAPasswordNeedNotStandOnTheCommandLine(t *testing.T) {
	file := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(file, []byte("s3cret\r\nnot this\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ env, flags []string }{
		"environment":          {[]string{"FID_PROXY_PASSWORD=s3cret"}, []string{"-P", "me"}},
		"file":                 {[]string{"FID_PROXY_PASSWORD=other"}, []string{"-P", "me", "--proxy-password-file", file}},
		"file, user in an URL": {nil, []string{"--proxy-password-file", file}},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHost(t)
			proxy := h.addr()
			if len(c.flags) == 2 && c.env == nil {
				proxy = "socks5h://me@" + proxy
			}
			p := begin(t, nil, withEnv(c.env...), append(append([]string{"connect", "-vv"}, c.flags...), "-x", proxy, "db.example", "5432")...)
			client := h.client()
			client.hearsWords("\x05\x02\x00\x02")
			client.says([]byte("\x05\x02"))
			client.hearsWords("\x01\x02me\x06s3cret")
			client.says([]byte("\x01\x01"))
			p.wants(11, h.addr()+": refuses the login of me: code 0x01")
			if strings.Contains(p.stderr.String(), "s3cret") {
				t.Errorf("the password is said: %s", p.stderr.String())
			}
		})
	}
}

// selfSigned makes a certificate for the name, and a file of it.
func selfSigned(t *testing.T, name string) (tls.Certificate, string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature}
	if ip := net.ParseIP(name); ip != nil {
		c.IPAddresses = []net.IP{ip}
	} else {
		c.DNSNames = []string{name}
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "cert.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, file
}

func TestAnHTTPSProxyIsVerifiedAndCarriesASession(t *testing.T) {
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		t.Skip("SSL_CERT_FILE is not read on this system")
	}
	for _, c := range []struct {
		name, certFor string
		trusted       bool
		code          int
		says          string
	}{
		{"trusted", "127.0.0.1", true, 0, ""},
		{"not trusted", "127.0.0.1", false, 8, "the certificate is self-signed (CN=127.0.0.1) and not among the system's roots"},
		{"for another name", "proxy.example", true, 8, "the certificate is for proxy.example; 127.0.0.1 was expected"},
	} {
		t.Run(c.name, func(t *testing.T) {
			cert, file := selfSigned(t, c.certFor)
			if !c.trusted {
				_, file = selfSigned(t, c.certFor)
			}
			h := newHost(t)
			p := begin(t, fileOf(t, 3e5), withEnv("SSL_CERT_FILE="+file), "connect", "-x", "https://"+h.addr(), "db.example", "5432")
			client := h.client()
			conn := tls.Server(client, &tls.Config{Certificates: []tls.Certificate{cert}})
			if err := conn.Handshake(); c.code != 0 {
				_ = client.Close()
				p.wants(c.code, h.addr()+": "+c.says)
				return
			} else if err != nil {
				t.Fatal(err)
			}
			request := "CONNECT db.example:5432 HTTP/1.1\r\nHost: db.example:5432\r\n\r\n"
			got := make([]byte, len(request))
			_, _ = io.ReadFull(conn, got)
			_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\n\r\nanswer")
			rest, err := io.ReadAll(conn)
			if string(got) != request || err != nil {
				t.Errorf("the proxy was asked %q, and then %v", got, err)
			}
			sameBytes(t, rest, pattern(3e5))
			_ = conn.Close()
			p.wants(0)
			sameBytes(t, p.stdout.Bytes(), []byte("answer"))
		})
	}
}
