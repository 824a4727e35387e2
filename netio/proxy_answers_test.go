package netio

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
)

// A proxyAnswer is what a proxy says, and what fid makes of it.
type proxyAnswer struct {
	name   string
	scheme string
	says   []string // to the first thing it hears, to the second, ...
	kind   Kind     // 0: it is granted
	words  []string
}

func socksAnswers() []proxyAnswer {
	const s5, s5Login, s4 = "socks5h://", "socks5h://me:s3cret@", "socks4a://"
	list := []proxyAnswer{
		{"a bound address that is a name", s5, []string{"\x05\x00", "\x05\x00\x00\x03\x07bound.x\x15\x38"}, 0, nil},
		{"a bound address that is an empty name", s5, []string{"\x05\x00", "\x05\x00\x00\x03\x00\x15\x38"}, 0, nil},
		{"a bound address of 255 bytes", s5, []string{"\x05\x00", "\x05\x00\x00\x03\xff" + strings.Repeat("b", 255) + "\x15\x38"}, 0, nil},
		{"a bound IPv6 address", s5, []string{"\x05\x00", "\x05\x00\x00\x04" + strings.Repeat("\x00", 16) + "\x15\x38"}, 0, nil},
		{"a bound address of no type", s5, []string{"\x05\x00", "\x05\x00\x00\x02abcd\x15\x38"}, KindProxy, []string{"address of type 0x02"}},
		{"a login", s5Login, []string{"\x05\x02", "\x01\x00", granted5}, 0, nil},
		{"a login that is refused", s5Login, []string{"\x05\x02", "\x01\x01"}, KindProxy, []string{"refuses the login of me: code 0x01"}},
		{"a login of version 5", s5Login, []string{"\x05\x02", "\x05\x00"}, KindProxy, []string{"not a SOCKS 5 answer: it begins with 0x05"}},
		{"SOCKS version 4", s5, []string{"\x04\x5a"}, KindProxy, []string{"not a SOCKS 5 answer: it begins with 0x04"}},
		{"version 4 in the second answer", s5, []string{"\x05\x00", "\x04\x5a"}, KindProxy, []string{"not a SOCKS 5 answer: it begins with 0x04"}},
		{"a method that was not offered", s5, []string{"\x05\x02"}, KindProxy, []string{"chose a login that was not offered: 0x02"}},
		{"GSSAPI", s5Login, []string{"\x05\x01"}, KindProxy, []string{"chose a login that was not offered: 0x01"}},
		{"no method without a user", s5, []string{"\x05\xff"}, KindProxy, []string{"wants a login", "-P USER", "FID_PROXY_PASSWORD"}},
		{"no method with a user", s5Login, []string{"\x05\xff"}, KindProxy, []string{"takes no login by user and password"}},
		{"HTTP in place of SOCKS 5", s5, []string{"HTTP/1.1 400 Bad Request\r\n\r\n"}, KindProxy, []string{"not a SOCKS 5 answer: it begins with 0x48", "-X connect"}},
		{"HTTP in place of SOCKS 4", s4, []string{"HTTP/1.1 400 Bad Request\r\n\r\n"}, KindProxy, []string{"not a SOCKS 4 answer: it begins with 0x48", "http://"}},
		{"SOCKS 5 in place of SOCKS 4", s4, []string{"\x05\xff"}, KindProxy, []string{"it looks like SOCKS 5"}},
		{"a megabyte to SOCKS 5", s5, []string{string(megabyte)}, KindProxy, []string{"begins with 0x41"}},
		{"a megabyte to SOCKS 4", s4, []string{string(megabyte)}, KindProxy, []string{"begins with 0x41"}},
		{"NULs to SOCKS 5", s5, []string{strings.Repeat("\x00", 300)}, KindProxy, []string{"begins with 0x00"}},
		{"NULs to SOCKS 4", s4, []string{strings.Repeat("\x00", 300)}, KindProxy, []string{"not a SOCKS 4 answer: code 0x00"}},
		{"version 4 in an answer of SOCKS 4", s4, []string{"\x04\x5a\x00\x00\x00\x00\x00\x00"}, KindProxy, []string{"begins with 0x04"}},
	}
	for code, words := range map[byte]string{1: "general failure", 2: "not allowed by its rules", 3: "network unreachable", 4: "host unreachable",
		5: "connection refused", 6: "time to live expired", 7: "does not know the command", 8: "does not know this type of address", 9: "code 0x09", 255: "code 0xff"} {
		list = append(list, proxyAnswer{fmt.Sprintf("SOCKS 5 code %d, and not a byte more", code), s5, []string{"\x05\x00", "\x05" + string([]byte{code})},
			KindProxy, []string{"says no to db.example:5432: ", words}})
	}
	for code, words := range map[byte]string{91: "rejected or failed", 92: "no identd", 93: "another user", 94: "code 0x5e", 0x59: "code 0x59"} {
		list = append(list, proxyAnswer{fmt.Sprintf("SOCKS 4 code %d", code), s4, []string{"\x00" + string([]byte{code}) + "\x00\x00\x00\x00\x00\x00"},
			KindProxy, []string{words}})
	}
	return list
}

func httpAnswers() []proxyAnswer {
	const h, login = "http://", "http://me:s3cret@"
	ok := func(name, says string) proxyAnswer { return proxyAnswer{name, h, []string{says}, 0, nil} }
	no := func(name, says string, words ...string) proxyAnswer {
		return proxyAnswer{name, h, []string{says}, KindProxy, words}
	}
	return []proxyAnswer{
		ok("HTTP/1.0", "HTTP/1.0 200 OK\r\n\r\n"),
		ok("no reason", "HTTP/1.1 200\r\n\r\n"),
		ok("a blank and no reason", "HTTP/1.1 200 \r\n\r\n"),
		ok("another 2xx", "HTTP/1.1 299 Well\r\n\r\n"),
		ok("LF alone", "HTTP/1.1 200 OK\nVia: x\n\n"),
		ok("1xx before it", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"),
		ok("a folded header", "HTTP/1.1 200 OK\r\nVia: x\r\n y\r\n\r\n"),
		ok("a line that is no header", "HTTP/1.1 200 OK\r\nwhat\r\n\r\n"),
		ok("100 lines", "HTTP/1.1 200 OK\r\n"+strings.Repeat("X: y\r\n", 98)+"\r\n"),
		no("101 lines", "HTTP/1.1 200 OK\r\n"+strings.Repeat("X: y\r\n", 99)+"\r\n", "more than 100 lines"),
		no("lines without end", "HTTP/1.1 200 OK\r\n"+strings.Repeat("X: y\r\n", 1e5), "more than 100 lines"),
		no("1xx without end", strings.Repeat("HTTP/1.1 100 Continue\r\n\r\n", 1e4), "more than 100 lines"),
		no("a line without end", "HTTP/1.1 200 OK\r\nX: "+string(megabyte), "more than 16384 bytes"),
		no("a status line without end", "HTTP/1.1 200 "+string(megabyte), "more than 16384 bytes"),
		no("a megabyte", string(megabyte), "not an HTTP answer: it begins with \"A\""),
		no("four digits", "HTTP/1.1 2000 OK\r\n\r\n", "not an HTTP answer: HTTP/1.1 2000 OK"),
		no("two digits", "HTTP/1.1 20 OK\r\n\r\n", "not an HTTP answer"),
		no("digits with a sign", "HTTP/1.1 +20 OK\r\n\r\n", "not an HTTP answer"),
		no("two blanks", "HTTP/1.1  200 OK\r\n\r\n", "not an HTTP answer"),
		no("status 000", "HTTP/1.1 000 OK\r\n\r\n", "not an HTTP answer"),
		no("HTTP/1.2", "HTTP/1.2 200 OK\r\n\r\n", "not an HTTP answer"),
		no("HTTP/2", "HTTP/2 200\r\n\r\n", "not an HTTP answer"),
		no("small letters", "http/1.1 200 OK\r\n\r\n", "not an HTTP answer"),
		no("101 is none to CONNECT", "HTTP/1.1 101 Switching Protocols\r\n\r\n", "says no to db.example:5432: HTTP/1.1 101"),
		no("NUL in a header", "HTTP/1.1 200 OK\r\nX: a\x00b\r\n\r\n", "has a NUL"),
		no("NUL in the status line", "HTTP/1.1 200 O\x00K\r\n\r\n", "has a NUL"),
		no("CR in a header", "HTTP/1.1 200 OK\r\nX: a\rb\r\n\r\n", "a CR in the middle"),
		no("SSH", "SSH-2.0-OpenSSH_9.2\r\n", "not an HTTP answer: it begins with \"S\""),
		no("SOCKS 5", "\x05\xff", "begins with \"\\x05\"", "socks5h://"),
		no("TLS", "\x15\x03\x01\x00\x02\x02\x16", "https://"),
		no("403", "HTTP/1.1 403 Forbidden\r\nContent-Length: 3\r\n\r\nno.", "says no to db.example:5432: HTTP/1.1 403 Forbidden"),
		no("a long reason is cut", "HTTP/1.1 503 "+strings.Repeat("x", 5000)+"\r\n\r\n", "HTTP/1.1 503 xxx", "..."),
		no("a redirection", "HTTP/1.1 302 Found\r\nLocation: http://x/\r\n\r\n", "HTTP/1.1 302 Found"),
		no("407 without a user", "HTTP/1.1 407 Who\r\nProxy-Authenticate: Basic realm=\"x\"\r\nProxy-Authenticate: Digest realm=\"x\", algorithm=SHA-256, nonce=\"n\"\r\n\r\n",
			"wants a login: Basic, Digest SHA-256", "-P USER", "FID_PROXY_PASSWORD"),
		no("407 without a challenge", "HTTP/1.1 407 Who\r\n\r\n", "wants a login, but does not say which", "-P USER"),
		{"407 with what fid has not", login, []string{"HTTP/1.1 407 Who\r\nProxy-Authenticate: Negotiate\r\nProxy-Authenticate: NTLM TlRMTVNTUAAC==\r\n\r\n"},
			KindProxy, []string{"wants a login: Negotiate, NTLM; fid has Basic, and Digest"}},
		{"a digest that fid has not", login, []string{"HTTP/1.1 407 Who\r\nProxy-Authenticate: Digest realm=\"x\", nonce=\"n\", algorithm=SHA-512-256\r\n\r\n"},
			KindProxy, []string{"wants a login: Digest SHA-512-256; fid has"}},
	}
}

func TestAProxysAnswerIsTakenOnlyAsItsProtocolHasIt(t *testing.T) {
	for _, a := range append(socksAnswers(), httpAnswers()...) {
		t.Run(a.name, func(t *testing.T) {
			p := proxyThat(t, func(c *fakeClient) {
				buf := make([]byte, 4096)
				for _, s := range a.says {
					if _, err := c.Read(buf); err != nil {
						return
					}
					c.says(s)
				}
				c.waits()
			})
			x := proxyCase{scheme: a.scheme}
			_, err := x.dial(t, t.Context(), p.addr)
			if a.kind != 0 {
				wantsError(t, err, a.kind, append(a.words, p.addr)...)
			} else if err != nil {
				t.Error(err)
			}
			hasNoSecret(t, err, x.steps)
		})
	}
}

// hasNoSecret looks for the password of the tests in what a user can see.
func hasNoSecret(t *testing.T, err error, steps []string) {
	t.Helper()
	seen := fmt.Sprintf("%v %+v %q", err, err, steps)
	for _, secret := range []string{"s3cret", base64.StdEncoding.EncodeToString([]byte("me:s3cret"))} {
		if strings.Contains(seen, secret) {
			t.Errorf("the password can be seen: %s", seen)
		}
	}
}
