package netio

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
)

// A heard is a proxy's side of a dialogue that has been written down.
type heard struct {
	*bytes.Reader
	io.Writer
}

// fuzzAnswer lets a proxy say answer to fid. fid must end with an error of its own
// or be granted, and read no more than most.
func fuzzAnswer(t *testing.T, scheme string, answer []byte, most int) {
	t.Helper()
	p, err := ParseProxy(scheme+"u:p@proxy", "")
	if strings.HasPrefix(scheme, "socks4") {
		p, err = ParseProxy(scheme+"u@proxy", "")
	}
	if err != nil {
		t.Fatal(err)
	}
	kind, _ := proxyScheme(p.Scheme)
	h := &hop{Proxy: p, to: destination{name: "db:80", host: "db", port: 80}}
	from := heard{bytes.NewReader(answer), io.Discard}
	err = kind.speak(&dialogue{rw: from, proxy: p, asked: "db:80"}, h)
	var e *Error
	switch {
	case len(answer)-from.Len() > most:
		t.Errorf("%d bytes were read", len(answer)-from.Len())
	case err == nil, err == errAgain:
	case !errors.As(err, &e) || e.Kind != KindProxy || e.What == "" || len(e.What) > 1000:
		t.Errorf("it ended with %v", err)
	}
}

func FuzzSOCKS5Reply(f *testing.F) {
	for _, s := range []string{"", "\x05", "\x05\x00" + granted5, "\x05\x02\x01\x00" + granted5, "\x05\xff", "\x05\x00\x05\x05", "\x05\x00\x05\x00\x00\x03\xffabc", "HTTP/1.1 400"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, answer []byte) { fuzzAnswer(t, "socks5h://", answer, 2+2+4+1+255+2) })
}

func FuzzSOCKS4Reply(f *testing.F) {
	for _, s := range []string{"", "\x00", granted4, "\x00\x5b\x00\x00\x00\x00\x00\x00", "\x04\x5a", "HTTP"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, answer []byte) { fuzzAnswer(t, "socks4a://", answer, 8) })
}

func FuzzHTTPReply(f *testing.F) {
	for _, s := range []string{"", "HTTP/1.1 200 OK\r\n\r\nSSH", grantedHTTP, "HTTP/1.1 2000 OK\r\n\r\n", "HTTP/1.1 100 \r\n\r\nHTTP/1.0 200\n\n",
		challenge407(`Digest realm="r", nonce="n", qop="auth", algorithm=SHA-256`, "Content-Length: 2\r\n") + "ab" + grantedHTTP,
		challenge407(`Basic realm="r"`, "Content-Length: 0\r\n") + challenge407("Basic", ""), "HTTP/1.1 200 OK\r\nA: \x00\r\n\r\n", "HTTP/1.1 200 OK\r\nA: \r \n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, answer []byte) {
		fuzzAnswer(t, "http://", answer, (maxLogins+1)*(maxHead+1+maxBody))
		d := &dialogue{rw: heard{bytes.NewReader(answer), io.Discard}}
		if h, err := d.head(); err == nil && (h.status < 101 || h.status > 999 || strings.ContainsAny(h.line, "\x00\r\n") || !bytes.Contains(answer, []byte(h.line))) {
			t.Errorf("%q is %d %q", answer, h.status, h.line)
		}
	})
}

func FuzzDigestChallenge(f *testing.F) {
	for _, s := range []string{"", "Basic", `Digest realm="a\"b", nonce="c\\", qop="auth,auth-int", opaque="o", stale=TRUE`, `Digest realm="a`, "NTLM abc==, Basic realm=x",
		`Digest nonce=n, algorithm="MD5", Digest nonce=m, algorithm=SHA-256`, "a=b,c d=e,,=,f"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, field string) {
		if strings.ContainsAny(field, "\x00\r\n") {
			return // no line has them
		}
		challenges := parseChallenges(field)
		for _, c := range challenges {
			if token, rest := takeToken(c.scheme); token == "" || rest != "" {
				t.Errorf("%q has the scheme %q", field, c.scheme)
			}
		}
		d, _ := bestDigest(challenges)
		if d == nil {
			return
		}
		login := d.answer("CONNECT", "db:80", `u"ser`, "secret", "cnonce")
		back := parseChallenges(login) // what is written must be read as it was meant
		if strings.ContainsAny(login, "\x00\r\n") || strings.Contains(login, "secret") && !strings.Contains(field, "secret") || len(back) != 1 ||
			back[0].params["username"] != `u"ser` || back[0].params["realm"] != d.params["realm"] || back[0].params["nonce"] != d.params["nonce"] ||
			back[0].params["opaque"] != d.params["opaque"] || back[0].params["uri"] != "db:80" {
			t.Errorf("%q is answered with %q", field, login)
		}
	})
}

func FuzzProxyURL(f *testing.F) {
	for _, s := range []string{"proxy", "proxy:1", "socks5h://u:p@[::1]:1/", "http://u%40:p%25@proxy", "https://a@b@c:1", "[::1", "x://", "socks4://u:p@h", "http://h/?@"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, word string) {
		p, err := ParseProxy(word, "socks5h")
		if err != nil {
			if kind := KindOf(err); kind != KindUsage && kind != KindName || len(err.Error()) > 1000 {
				t.Errorf("%q: %v", word, err)
			}
			return
		}
		again, err := ParseProxy(p.String(), "")
		if err != nil || again.At.Host != p.At.Host || again.At.Port != p.At.Port || again.Scheme != p.Scheme {
			t.Errorf("%q is %s, and that is %s, %v", word, p, again, err)
		}
		if strings.ContainsAny(p.At.Host, "\x00\r\n \t@/") {
			t.Errorf("%q has the host %q", word, p.At.Host)
		}
	})
}

func FuzzNoProxy(f *testing.F) {
	for _, s := range []string{"", "*", "example.com,.a.b,*.c", "10.0.0.0/8 [::1]:80", "::1%zone", "a:80,:80,:", "[", "]:1", "1.2.3.4/33"} {
		f.Add(s, "www.example.com")
		f.Add(s, "::1%.example.com")
	}
	f.Fuzz(func(t *testing.T, list, host string) {
		entry := ParseBypass(list).entryFor(Address{Host: host, Port: "80"})
		if entry != "" && !strings.Contains(strings.ToLower(list), entry) {
			t.Errorf("%q is in %q because of %q", host, list, entry)
		}
		if !strings.Contains(list, "*") && ParseBypass(list+",*").entryFor(Address{Host: host, Port: "80"}) == "" {
			t.Errorf("%q is not in everything", host)
		}
	})
}
