package netio

import (
	"bytes"
	"context"
	"encoding/base64"
	"strings"
	"testing"
)

// FuzzProxyRequest: a proxy is asked for what was typed and for nothing else, whatever stands in
// the host, the user and the password: each is one field of one request.
func FuzzProxyRequest(f *testing.F) {
	for _, host := range []string{"db", "::1", "a b", "db\r\nX: y", "h:1 HTTP/1.1\r\n", "\x00", strings.Repeat("x", 256), "é", "db\x00"} {
		f.Add(host, "user", "password")
		f.Add(host, "us:er\r\n", "pass\nword")
		f.Add(host, "u\x00ser", strings.Repeat("p", 256))
	}
	f.Fuzz(func(t *testing.T, host, user, password string) {
		if user == "" {
			t.Skip()
		}
		for _, scheme := range []string{"http", "socks5h", "socks4a"} {
			p := Proxy{Scheme: scheme, At: Address{Text: "proxy:1", Host: "proxy", Port: "1"}, User: user, Password: password}
			asked, err := requestOf(t, p, host)
			switch {
			case err != nil && KindOf(err) != KindUsage && KindOf(err) != KindName:
				t.Errorf("%s, %q: %v", scheme, host, err)
			case err == nil && isUnsafe(p, host):
				t.Errorf("%s is asked %q", scheme, asked)
			case err == nil && asked != wantedOf(p, host):
				t.Errorf("%s is asked %q, want %q", scheme, asked, wantedOf(p, host))
			}
		}
	})
}

// isUnsafe: there is something in it that would end a field, or begin a second request.
func isUnsafe(p Proxy, host string) bool {
	const ends = "\x00\r\n \t"
	return host == "" || strings.ContainsAny(host, ends) || p.Scheme == "socks4a" && strings.ContainsAny(p.User, "\x00") ||
		p.Scheme == "http" && (strings.ContainsAny(p.User+p.Password, "\x00\r\n") || strings.Contains(p.User, ":"))
}

// requestOf is all that a proxy is told that wants a login and grants what it is asked for.
func requestOf(t *testing.T, p Proxy, host string) (string, error) {
	t.Helper()
	addr := Address{Text: "db:80", Scheme: "tcp", Host: host, Port: "80"}
	d := &proxyDialer{addr: addr, opts: Options{Proxies: []Proxy{p}}}
	hops, err := d.hops(&try{within: context.Background(), parent: context.Background(), opts: d.opts})
	if err != nil {
		return "", err
	}
	answers := map[string]string{"http": challenge407("Basic", "Content-Length: 0\r\n") + "HTTP/1.1 200 OK\r\n\r\n",
		"socks5h": "\x05\x02\x01\x00" + granted5, "socks4a": granted4}
	var asked bytes.Buffer
	err = hops[0].speak(&dialogue{rw: heard{bytes.NewReader([]byte(answers[p.Scheme])), &asked}, proxy: p, asked: hops[0].to.name}, hops[0])
	if err != nil {
		t.Errorf("%s, %q: %v", p.Scheme, host, err)
	}
	return asked.String(), nil
}

// wantedOf is what the protocols have for a name or an address.
func wantedOf(p Proxy, host string) string {
	to := JoinText(host, "80")
	connect := "CONNECT " + to + " HTTP/1.1\r\nHost: " + to + "\r\n"
	d := destinationOf(host)
	short := func(s string) string { return string([]byte{byte(len(s))}) + s }
	switch p.Scheme {
	case "http":
		return connect + "\r\n" + connect + "Proxy-Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(p.User+":"+p.Password)) + "\r\n\r\n"
	case "socks5h":
		return "\x05\x02\x00\x02\x01" + short(p.User) + short(p.Password) + "\x05\x01\x00" + d.five + "\x00\x50"
	}
	return "\x04\x01\x00\x50" + d.four[:4] + p.User + "\x00" + d.four[4:]
}

// inSOCKS is a destination as SOCKS 5 and SOCKS 4a write it.
type inSOCKS struct{ five, four string }

func destinationOf(host string) inSOCKS {
	if ips, err := (Address{Host: host}).resolve(context.Background(), Options{Numeric: true}); err == nil {
		raw := string(ips[0].AsSlice())
		return inSOCKS{map[int]string{4: "\x01", 16: "\x04"}[len(raw)] + raw, (raw + "\x00\x00\x00\x00")[:4]}
	}
	return inSOCKS{"\x03" + string([]byte{byte(len(host))}) + host, "\x00\x00\x00\x01" + host + "\x00"}
}

// FuzzProxyLogin: no error, and nothing that is printed, has the password.
func FuzzProxyLogin(f *testing.F) {
	for _, at := range []string{"@proxy", "@proxy:99999", "@pro xy", "@proxy/path", "", ":x", "/@p", "%zz@p", "://x@p", "@[::1", "#@h"} {
		f.Add("http://me", at)
		f.Add("me", at)
		f.Add("socks4://me", at)
		f.Add("x://me", at)
	}
	const secret = "hunter2"
	f.Fuzz(func(t *testing.T, before, at string) {
		if strings.Contains(before+at, "hunter") || !strings.Contains(at, "@") { // else it is no login
			t.Skip()
		}
		p, err := ParseProxy(before+":"+secret+at, "socks5h")
		if err == nil {
			err = p.check()
		}
		if err != nil && strings.Contains(err.Error()+err.(*Error).Hint, secret) || strings.Contains(p.String()+p.GoString(), secret) && p.At.Host != secret && p.At.Port != secret {
			t.Errorf("%q, %q: %v, %v", before, at, p, err)
		}
	})
}
