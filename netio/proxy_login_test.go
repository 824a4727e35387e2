package netio

import (
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"testing"
)

// The examples of RFC 7616, section 3.9.1, and one without a quality of
// protection, as RFC 2069 has it.
func TestADigestIsThatOfTheStandard(t *testing.T) {
	const challenge = `Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=%s, ` +
		`nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"`
	for alg, want := range map[string]string{
		"MD5":     "8ca523f5e9506fed4657c9700eebdbec",
		"SHA-256": "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
	} {
		d, _ := bestDigest(parseChallenges(fmt.Sprintf(challenge, alg)))
		if d == nil {
			t.Fatalf("%s: no digest is seen", alg)
		}
		got := d.answer("GET", "/dir/index.html", "Mufasa", "Circle of Life", "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ")
		for _, part := range []string{`Digest username="Mufasa"`, `response="` + want + `"`, "algorithm=" + alg, "qop=auth", "nc=00000001",
			`opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"`} {
			if !strings.Contains(got, part) {
				t.Errorf("%s: %s lacks %s", alg, got, part)
			}
		}
	}
	d, _ := bestDigest(parseChallenges(`Digest realm="x", nonce="n"`))
	got := d.answer("CONNECT", "db:1", "u", "p", "c")
	want := hexMD5(hexMD5("u:x:p") + ":n:" + hexMD5("CONNECT:db:1"))
	if !strings.Contains(got, want) || strings.Contains(got, "qop") || strings.Contains(got, "cnonce") {
		t.Errorf("without qop: %s", got)
	}
}

func TestChallengesAreTakenApart(t *testing.T) {
	for field, want := range map[string]string{
		``:                                  `[]`,
		`,,  ,`:                             `[]`,
		`Basic`:                             `[{Basic map[]}]`,
		`Basic realm="a b"`:                 `[{Basic map[realm:a b]}]`,
		`Basic realm="a, Digest nonce=\"x"`: `[{Basic map[realm:a, Digest nonce="x]}]`,
		`Basic realm=a , Digest Realm = "b",NONCE="c" ,, qop=auth`: `[{Basic map[realm:a]} {Digest map[nonce:c qop:auth realm:b]}]`,
		`NTLM TlRM/TVNT+UAAC==, Basic realm=x`:                     `[{NTLM map[]} {Basic map[realm:x]}]`,
		`Negotiate, Basic realm=x`:                                 `[{Negotiate map[]} {Basic map[realm:x]}]`,
		`Digest realm="a`:                                          `[{Digest map[]}]`,
		`Digest realm=, nonce="b"`:                                 `[{Digest map[nonce:b]}]`,
		`realm="a", Basic`:                                         `[{Basic map[]}]`,
		`Basic realm="a" x, Digest nonce=1`:                        `[{Basic map[realm:a]} {Digest map[nonce:1]}]`,
		`"quoted", Basic`:                                          `[]`,
	} {
		if got := fmt.Sprint(parseChallenges(field)); got != want {
			t.Errorf("%s is %s, want %s", field, got, want)
		}
	}
}

func TestTheStrongestDigestIsChosen(t *testing.T) {
	for field, want := range map[string]string{
		`Digest realm=a, nonce=b, algorithm=MD5, Digest realm=a, nonce=c, algorithm=SHA-256`: "c",
		`Digest realm=a, nonce=b, algorithm=sha-256, Digest realm=a, nonce=c`:                "b",
		`Digest realm=a, nonce=b, algorithm=MD5-sess, Digest realm=a, nonce=c`:               "c",
		`Digest realm=a, nonce=b, qop="auth-int", Digest realm=a, nonce=c, qop="x,AUTH"`:     "c",
		`Digest realm=a, nonce=b, qop=""`:                                                    "",
		`Digest`:                                                                             "",
		`Basic realm=a, nonce=b`:                                                             "",
	} {
		d, _ := bestDigest(parseChallenges(field))
		got := ""
		if d != nil {
			got = d.params["nonce"]
		}
		if got != want {
			t.Errorf("%s: the nonce is %q, want %q", field, got, want)
		}
	}
}

// A 407 with a page, after which the connection stays.
func challenge407(field, more string) string {
	return "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: " + field + "\r\n" + more + "\r\n"
}

func TestAnHTTPProxyIsLoggedInTo(t *testing.T) {
	const digest, basic = `Digest realm="r", nonce="n1", algorithm=SHA-256, qop="auth"`, `Basic realm="r"`
	const page, closing = "Content-Length: 5\r\n", "Content-Length: 5\r\nConnection: close\r\n"
	for _, c := range []struct {
		name  string
		says  []string // to one request after the other; "CLOSE" closes the connection in place of an answer
		conns int32    // how many connections it takes
		err   string
	}{
		{"Basic, on a kept connection", []string{challenge407(basic, page) + "page\n", grantedHTTP}, 1, ""},
		{"Digest, on a kept connection", []string{challenge407(digest, page) + "page\n", grantedHTTP}, 1, ""},
		{"Digest, on a new connection", []string{challenge407(digest, closing) + "page\n", grantedHTTP}, 2, ""},
		{"no length", []string{challenge407(digest, "") + "page\n", grantedHTTP}, 2, ""},
		{"two lengths", []string{challenge407(digest, page+page) + "page\n", grantedHTTP}, 2, ""},
		{"a length and chunks", []string{challenge407(digest, page+"Transfer-Encoding: chunked\r\n") + "0\r\n\r\n", grantedHTTP}, 2, ""},
		{"a length below zero", []string{challenge407(digest, "Content-Length: -1\r\n"), grantedHTTP}, 2, ""},
		{"a length beyond all", []string{challenge407(digest, "Content-Length: 99999999999999999999\r\n"), grantedHTTP}, 2, ""},
		{"a long page", []string{challenge407(digest, "Content-Length: 100000\r\n"), grantedHTTP}, 2, ""},
		{"HTTP/1.0", []string{strings.Replace(challenge407(digest, page), "1.1", "1.0", 1) + "page\n", grantedHTTP}, 2, ""},
		{"a page cut short", []string{challenge407(digest, page) + "pa", grantedHTTP}, 2, ""},
		{"a connection that was to stay", []string{challenge407(digest, page) + "page\n", "CLOSE", grantedHTTP}, 2, ""},
		{"a login that is refused", []string{challenge407(digest, page) + "page\n", challenge407(digest, page) + "page\n"}, 1, "refuses the login of me: HTTP/1.1 407"},
		{"Basic that is refused", []string{challenge407(basic, page) + "page\n", challenge407(basic, page) + "page\n"}, 1, "refuses the login of me: HTTP/1.1 407"},
		{"a stale nonce", []string{challenge407(digest, page) + "page\n", challenge407(digest+", stale=true", page) + "page\n", grantedHTTP}, 1, ""},
		{"a nonce that is always stale", []string{challenge407(digest, page) + "page\n", challenge407(digest+", stale=true", page) + "page\n",
			challenge407(digest+", stale=true", page) + "page\n"}, 1, "refuses the login of me: HTTP/1.1 407"},
		{"Digest, then Basic", []string{challenge407(digest, page) + "page\n", challenge407(basic, page) + "page\n"}, 1, "refuses the login of me"},
		{"401 of a login", []string{challenge407(basic, page) + "page\n", "HTTP/1.1 401 Unauthorized\r\n\r\n"}, 1, "refuses the login of me: HTTP/1.1 401 Unauthorized"},
		{"401 without a login", []string{"HTTP/1.1 401 Unauthorized\r\n\r\n"}, 1, "says no to db.example:5432: HTTP/1.1 401 Unauthorized"},
		{"a no after the login", []string{challenge407(basic, page) + "page\n", "HTTP/1.1 502 Bad Gateway\r\n\r\n"}, 1, "says no to db.example:5432: HTTP/1.1 502 Bad Gateway"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var requests, conns atomic.Int32
			p := proxyThat(t, func(fid *fakeClient) {
				conns.Add(1)
				for int(requests.Load()) < len(c.says) {
					head := fid.hearsHead()
					if head == "" {
						return
					}
					said := c.says[requests.Load()]
					n := requests.Add(1)
					if n == 1 && strings.Contains(head, "Authorization") {
						t.Errorf("the first request has a login: %q", head)
					}
					if said == "CLOSE" {
						return
					}
					if n > 1 {
						checkLogin(t, head, strings.Contains(c.says[0], "Digest"))
					}
					fid.says(said)
					if strings.Contains(said, "close") || strings.HasSuffix(said, "\r\npa") {
						return
					}
				}
				fid.waits()
			})
			x := proxyCase{scheme: "http://me:s3cret@"}
			_, err := x.dial(t, t.Context(), p.addr)
			if c.err != "" {
				wantsError(t, err, KindProxy, c.err)
			} else if err != nil {
				t.Error(err)
			}
			if conns.Load() != c.conns {
				t.Errorf("it took %d connections, want %d; the steps: %q", conns.Load(), c.conns, x.steps)
			}
			hasNoSecret(t, err, x.steps)
		})
	}
}

// checkLogin verifies a login as a proxy does.
func checkLogin(t *testing.T, head string, digest bool) {
	t.Helper()
	_, after, found := strings.Cut(head, "\r\nProxy-Authorization: ")
	field, _, _ := strings.Cut(after, "\r\n")
	if !found {
		t.Errorf("no login in %q", head)
		return
	}
	if !digest {
		if field != "Basic bWU6czNjcmV0" {
			t.Errorf("the login is %s", field)
		}
		return
	}
	c := parseChallenges(field)
	if len(c) != 1 || !c[0].is("Digest") {
		t.Errorf("the login is %s", field)
		return
	}
	p := c[0].params
	want := hexSHA256(hexSHA256("me:r:s3cret") + ":n1:" + p["nc"] + ":" + p["cnonce"] + ":auth:" + hexSHA256("CONNECT:db.example:5432"))
	if p["response"] != want || len(p["cnonce"]) < 16 || p["uri"] != "db.example:5432" {
		t.Errorf("the login is %s, want the response %s", field, want)
	}
}

func TestANewConnectionCountsTheUsesOfANonce(t *testing.T) {
	d, _ := bestDigest(parseChallenges(`Digest realm=r, nonce=n, qop=auth`))
	for i := 1; i <= 3; i++ {
		if got := d.answer("CONNECT", "h:1", "u", "p", "c"); !strings.Contains(got, fmt.Sprintf("nc=%08x", i)) {
			t.Errorf("use %d: %s", i, got)
		}
	}
}

func TestQuotesAndBackslashesOfALoginAreEscaped(t *testing.T) {
	d, _ := bestDigest(parseChallenges(`Digest realm="a\"b\\", nonce="n"`))
	got := d.answer("CONNECT", "h:1", `u"\`, "p", "c")
	if !strings.Contains(got, `username="u\"\\", realm="a\"b\\", nonce`) || !strings.Contains(got, hexMD5(hexMD5(`u"\:a"b\:p`)+":n:"+hexMD5("CONNECT:h:1"))) {
		t.Errorf("the login is %s", got)
	}
}

func TestAProxyOfTLSMustProveWhoItIs(t *testing.T) {
	plain := proxyThat(t, func(c *fakeClient) {
		c.hears(5)
		c.says("HTTP/1.1 400 Bad Request\r\n\r\n")
		_, _ = io.ReadAll(c)
	})
	x := proxyCase{scheme: "https://"}
	_, err := x.dial(t, t.Context(), plain.addr)
	wantsError(t, err, KindTLS, plain.addr+": the proxy does not speak TLS", "http://"+plain.addr)

	closed := proxyThat(t, func(c *fakeClient) { c.hears(5) })
	_, err = x.dial(t, t.Context(), closed.addr)
	wantsError(t, err, KindTLS, closed.addr+": ")
}
