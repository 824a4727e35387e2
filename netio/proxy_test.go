package netio

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

// A fakeProxy does to each client what a test says.
type fakeProxy struct {
	t    *testing.T
	addr string
}

// proxyThat serves every client with play, and closes its connection afterwards.
func proxyThat(t *testing.T, play func(*fakeClient)) fakeProxy {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var running sync.WaitGroup
	t.Cleanup(func() { _ = l.Close(); running.Wait() })
	running.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_ = c.SetDeadline(time.Now().Add(patience))
			running.Go(func() {
				play(&fakeClient{t: t, Conn: c})
				_ = c.Close()
			})
		}
	})
	return fakeProxy{t, l.Addr().String()}
}

// A fakeClient is fid, as a proxy sees it.
type fakeClient struct {
	t *testing.T
	net.Conn
}

// hears reads n bytes, as many as there are otherwise.
func (c *fakeClient) hears(n int) string {
	b := make([]byte, n)
	n, _ = io.ReadFull(c, b)
	return string(b[:n])
}

// hearsHead reads a request of HTTP.
func (c *fakeClient) hearsHead() string {
	var b strings.Builder
	for !strings.HasSuffix(b.String(), "\r\n\r\n") {
		one := c.hears(1)
		if one == "" {
			break
		}
		b.WriteString(one)
	}
	return b.String()
}

func (c *fakeClient) says(s string) { _, _ = io.WriteString(c, s) }

// drips says s in pieces of one byte, each in a packet of its own.
func (c *fakeClient) drips(s string) {
	for i := range len(s) {
		c.says(s[i : i+1])
		time.Sleep(time.Millisecond) // stands for no event: it is the drip
	}
}

// waits until fid closes the connection.
func (c *fakeClient) waits() { _, _ = io.ReadAll(c) }

// A proxyCase is a dial through one proxy.
type proxyCase struct {
	scheme string // with a login: "socks5h://u:p@"
	target string // "" is db.example:5432
	limit  time.Duration
	steps  []string
}

func (x *proxyCase) dial(t *testing.T, ctx context.Context, addrs ...string) (*End, error) {
	t.Helper()
	o := Options{Timeout: patience, TimeoutFlag: "--connect-timeout"}
	if x.limit > 0 {
		o.Timeout = x.limit
	}
	o.Step = func(s string) { x.steps = append(x.steps, s) }
	for _, addr := range addrs {
		word := addr
		if x.scheme != "" {
			word = x.scheme + addr
		}
		p, err := ParseProxy(word, "socks5h")
		if err != nil {
			t.Fatal(err)
		}
		o.Proxies = append(o.Proxies, p)
	}
	target := x.target
	if target == "" {
		target = "db.example:5432"
	}
	a, err := ParseAddress(target, ToDial)
	if err != nil {
		t.Fatal(err)
	}
	d, err := a.Dialer(o)
	if err != nil {
		return nil, err
	}
	end, err := d.Dial(ctx)
	if err == nil {
		t.Cleanup(func() { _ = end.Close() })
	}
	return end, err
}

// wantsError checks a failure: its kind, and what its text and hint have in them.
func wantsError(t *testing.T, err error, kind Kind, words ...string) {
	t.Helper()
	text := fmt.Sprint(err)
	var e *Error
	if errors.As(err, &e) {
		text += "\n" + e.Hint
	}
	if KindOf(err) != kind {
		t.Errorf("the kind is %v, want %v: %s", KindOf(err), kind, text)
	}
	for _, w := range words {
		if !strings.Contains(text, w) {
			t.Errorf("said %q, want %q in it", text, w)
		}
	}
}

// The protocols of proxies, each with a good exchange: a greeting to hear, then
// what to hear and to answer.
const (
	granted5    = "\x05\x00\x00\x01\x0a\x00\x00\x01\x15\x38"
	granted4    = "\x00\x5a\x15\x38\x0a\x00\x00\x01"
	grantedHTTP = "HTTP/1.1 200 Connection established\r\nVia: 1.1 fake\r\n\r\n"
)

// request5 is what a SOCKS 5 proxy is sent for db.example:5432 after the greeting.
const request5 = "\x05\x01\x00\x03\x0adb.example\x15\x38"

type grant struct{ scheme, greeting, greeted, request, answer string }

func grants() []grant {
	http := "CONNECT db.example:5432 HTTP/1.1\r\nHost: db.example:5432\r\n\r\n"
	return []grant{
		{"socks5h://", "\x05\x01\x00", "\x05\x00", request5, granted5},
		{"socks5h://u:p@", "\x05\x02\x00\x02", "\x05\x00", request5, granted5},
		{"socks4a://", "", "", "\x04\x01\x15\x38\x00\x00\x00\x01\x00db.example\x00", granted4},
		{"socks4a://me@", "", "", "\x04\x01\x15\x38\x00\x00\x00\x01me\x00db.example\x00", granted4},
		{"http://", "", "", http, grantedHTTP},
		{"http://u:p@", "", "", http, grantedHTTP},
	}
}

func TestWhatTheFarEndSaysBehindAProxysAnswerArrivesWhole(t *testing.T) {
	const payload = "\r\n\r\nSSH-2.0-far\r\n\x00\x05\x00"
	for _, g := range grants() {
		for name, says := range map[string]func(*fakeClient, string){"in one packet": (*fakeClient).says, "byte by byte": (*fakeClient).drips} {
			t.Run(g.scheme+" "+name, func(t *testing.T) {
				p := proxyThat(t, func(c *fakeClient) {
					if got := c.hears(len(g.greeting)); got != g.greeting {
						t.Errorf("the proxy was greeted with %q, want %q", got, g.greeting)
					}
					c.says(g.greeted)
					if got := c.hears(len(g.request)); got != g.request {
						t.Errorf("the proxy was asked %q, want %q", got, g.request)
					}
					says(c, g.answer+payload)
				})
				x := proxyCase{scheme: g.scheme}
				end, err := x.dial(t, t.Context(), p.addr)
				if err != nil {
					t.Fatal(err)
				}
				if !end.isPlain() || end.Through != p.addr || end.Peer != p.addr || end.Name != "db.example:5432" {
					t.Errorf("the end is %+v, want the plain socket to %s", end, p.addr)
				}
				if got, err := io.ReadAll(end); string(got) != payload || err != nil {
					t.Errorf("read %q and %v, want %q", got, err, payload)
				}
				if !strings.Contains(strings.Join(x.steps, "\n"), p.addr+": connected\n"+p.addr+": asked for db.example:5432: granted") {
					t.Errorf("the steps are %q", x.steps)
				}
			})
		}
	}
}

func TestAProxysAnswerThatIsCutAnywhereIsSaid(t *testing.T) {
	for _, g := range grants() {
		whole := g.greeted + g.answer
		for n := range len(whole) {
			p := proxyThat(t, func(c *fakeClient) {
				c.hears(len(g.greeting))
				c.says(whole[:min(n, len(g.greeted))])
				if n >= len(g.greeted) {
					c.hears(len(g.request))
					c.says(whole[len(g.greeted):n])
				}
			})
			x := proxyCase{scheme: g.scheme}
			_, err := x.dial(t, t.Context(), p.addr)
			wantsError(t, err, KindProxy, p.addr+": closed ", "its answer to the ")
		}
	}
}

func TestAProxyThatHangsAnywhereIsLeftAtTheOneLimit(t *testing.T) {
	for _, g := range grants() {
		whole := g.greeted + g.answer
		for _, n := range []int{0, 1, len(g.greeted), len(g.greeted) + 1, len(whole) - 1} {
			p := proxyThat(t, func(c *fakeClient) {
				c.hears(len(g.greeting))
				c.says(whole[:min(n, len(g.greeted))])
				if n >= len(g.greeted) {
					c.hears(len(g.request))
					c.says(whole[len(g.greeted):n])
				}
				c.waits()
			})
			step := "the request for db.example:5432"
			if n < len(g.greeted) {
				step = "the greeting"
			}
			x := proxyCase{scheme: g.scheme, limit: 30 * time.Millisecond}
			begin := time.Now()
			_, err := x.dial(t, t.Context(), p.addr)
			words := []string{p.addr + ": no answer for 30 ms (--connect-timeout) to " + step}
			if n == 0 && len(g.greeted) > 0 {
				words = append(words, "if it speaks HTTP: -X connect")
			}
			wantsError(t, err, KindTimeout, words...)
			if took := time.Since(begin); took < x.limit {
				t.Errorf("it took %v, less than the limit", took)
			}
		}
	}
}

func TestAProxyThatDripsForEverIsLeftAtTheOneLimit(t *testing.T) {
	for scheme, begin := range map[string]string{"http://": "HTTP/1.1 200 OK\r\nX: ", "socks5h://u:p@": "\x05\x00\x05\x00\x00\x03\xff"} {
		p := proxyThat(t, func(c *fakeClient) {
			c.says(begin)
			for {
				if _, err := io.WriteString(c, "a"); err != nil {
					return // fid has left
				}
				time.Sleep(5 * time.Millisecond) // stands for no event: it is the drip
			}
		})
		x := proxyCase{scheme: scheme, limit: 100 * time.Millisecond}
		_, err := x.dial(t, t.Context(), p.addr)
		wantsError(t, err, KindTimeout, "no answer for 100 ms (--connect-timeout) to the request for db.example:5432 but a part of one")
	}
}

func TestASignalEndsTheTalkWithAProxyAtOnce(t *testing.T) {
	stop := &Error{Kind: KindInterrupt, What: "stop"}
	for _, scheme := range []string{"socks5h://", "socks4a://", "http://", "https://"} {
		ctx, cancel := context.WithCancelCause(t.Context())
		p := proxyThat(t, func(c *fakeClient) {
			c.hears(1)
			cancel(stop)
			c.waits()
		})
		x := proxyCase{scheme: scheme}
		if _, err := x.dial(t, ctx, p.addr); err != error(stop) {
			t.Errorf("%s: it ended with %v, want the signal's own error", scheme, err)
		}
	}
}

func TestAProxyThatCannotBeReachedIsNamed(t *testing.T) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	_ = l.Close()
	x := proxyCase{scheme: "socks5h://"}
	_, err = x.dial(t, t.Context(), addr)
	wantsError(t, err, KindRefused, addr+": refused")
	_, err = x.dial(t, t.Context(), "no.such.name.invalid:1080")
	wantsError(t, err, KindName, "no.such.name.invalid:1080: ")
}

func TestAChainAsksEachProxyForTheNext(t *testing.T) {
	p := proxyThat(t, func(c *fakeClient) { // both proxies in one: what the first has granted is the second
		c.hears(3)
		c.says("\x05\x00")
		if got, want := c.hears(20), "\x05\x01\x00\x03\x0dproxy.example\x0c"; !strings.HasPrefix(got, want[:18]) {
			t.Errorf("the first proxy was asked %q, want %q", got, want)
		}
		c.says(granted5)
		if got := c.hearsHead(); !strings.HasPrefix(got, "CONNECT db.example:5432 HTTP/1.1\r\n") {
			t.Errorf("the second proxy was asked %q", got)
		}
		c.says("HTTP/1.1 403 Forbidden\r\n\r\n")
	})
	x := proxyCase{}
	_, err := x.dial(t, t.Context(), "socks5h://"+p.addr, "http://proxy.example")
	wantsError(t, err, KindProxy, "proxy.example:3128: says no to db.example:5432: HTTP/1.1 403 Forbidden")
	want := []string{p.addr + ": connected", p.addr + ": asked for proxy.example:3128: granted"}
	if got := strings.Join(x.steps, "\n"); !strings.Contains(got, strings.Join(want, "\n")) {
		t.Errorf("the steps are %q, want %q among them", x.steps, want)
	}
}

func TestEachAddressOfANameIsAskedForUntilOneIsGranted(t *testing.T) {
	p := proxyThat(t, func(c *fakeClient) {
		c.hears(3)
		c.says("\x05\x00")
		if strings.Contains(c.hears(10), "\x0a\x00\x00\x02") {
			c.says(granted5)
		} else {
			c.says("\x05\x05")
		}
		c.waits()
	})
	proxy, err := ParseProxy("socks5://"+p.addr, "")
	if err != nil {
		t.Fatal(err)
	}
	to := Address{Text: "db:5432", Scheme: "tcp", Host: "10.0.0.1", Port: "5432"}
	hopTo := func(d *proxyDialer, last string) (*End, error) {
		tr := &try{within: t.Context(), parent: t.Context(), opts: d.opts}
		hops, err := d.hops(tr)
		if err != nil {
			return nil, err
		}
		further := hops[0].to
		further.ip = further.ip.Next() // 10.0.0.2
		if last != "" {
			further.ip = further.ip.Next()
		}
		hops[0].rest = []destination{further}
		if _, err = tr.through(hops); err != errAgain {
			t.Errorf("after the first address: %v", err)
		}
		return tr.through(hops)
	}
	d := &proxyDialer{to, Options{Proxies: []Proxy{proxy}}}
	end, err := hopTo(d, "")
	if err != nil {
		t.Fatal(err)
	}
	_ = end.Close()
	_, err = hopTo(d, "none is granted")
	wantsError(t, err, KindProxy, "says no to 10.0.0.1:5432: connection refused (tried 10.0.0.1, 10.0.0.3)")
}

func TestWhatNoProxyMayBeSentIsRefusedBeforeItIsConnectedTo(t *testing.T) {
	refused := func(t *testing.T, scheme string, a Address, o Options, kind Kind, words string) {
		t.Helper()
		p, err := ParseProxy(scheme+"127.0.0.1:1", "")
		if err != nil {
			t.Fatal(err)
		}
		o.Proxies = []Proxy{p}
		a.Port = "80"
		if a.Scheme == "" {
			a.Scheme = "tcp"
		}
		a.Text = JoinText(a.Host, a.Port)
		_, err = dialTCP(a, o).Dial(t.Context())
		wantsError(t, err, kind, words)
	}
	for _, scheme := range []string{"socks5h://", "socks5://", "socks4a://", "socks4://", "http://", "https://"} {
		for _, host := range []string{"a\r\nX-Evil: 1", "a\nb", "a\x00b", "a b", "a\x7fb", ""} {
			refused(t, scheme, Address{Host: host}, Options{}, KindName, "")
		}
		refused(t, scheme, Address{Host: strings.Repeat("a", 256)}, Options{}, KindName, "255")
		refused(t, scheme, Address{Host: "fe80::1%lo"}, Options{}, KindUsage, "interface")
		refused(t, scheme, Address{Host: "db.example"}, Options{Numeric: true}, KindName, "-n takes addresses only")
	}
	for _, scheme := range []string{"socks4a://", "socks4://"} {
		refused(t, scheme, Address{Host: "::1"}, Options{}, KindUsage, "SOCKS 4 takes no IPv6")
	}
	for _, scheme := range []string{"socks5h://", "socks4a://", "http://"} {
		refused(t, scheme, Address{Host: "db.example", Scheme: "tcp4"}, Options{}, KindUsage, "")
	}
	long := strings.Repeat("u", 255)
	for _, login := range []string{long + "u:p", "u:" + long + "p", "u:"} {
		refused(t, "socks5h://"+login+"@", Address{Host: "db"}, Options{}, KindUsage, "1 to 255")
	}
	refused(t, "socks4a://a%00b@", Address{Host: "db"}, Options{}, KindUsage, "NUL")
	refused(t, "http://a%3Ab:p@", Address{Host: "db"}, Options{}, KindUsage, "colon")
	refused(t, "http://u:p%0D%0AX-Evil:1@", Address{Host: "db"}, Options{}, KindUsage, "control")
}

func TestALoginOf255BytesIsSentWhole(t *testing.T) {
	for _, n := range []int{254, 255} {
		user, password := strings.Repeat("u", n), strings.Repeat("p", n)
		p := proxyThat(t, func(c *fakeClient) {
			c.hears(4)
			c.says("\x05\x02")
			length := string([]byte{byte(n)})
			want := "\x01" + length + user + length + password
			if got := c.hears(len(want)); got != want {
				t.Errorf("%d bytes of login came, want %d", len(got), len(want))
			}
			c.says("\x01\x00")
			c.hears(len(request5))
			c.says(granted5)
			c.waits()
		})
		x := proxyCase{scheme: "socks5h://" + user + ":" + password + "@"}
		if _, err := x.dial(t, t.Context(), p.addr); err != nil {
			t.Error(err)
		}
	}
}

func TestOnlyTCPGoesThroughAProxy(t *testing.T) {
	p, _ := ParseProxy("127.0.0.1:1", "socks5h")
	for _, word := range []string{"unix:/tmp/x", "file:/etc/passwd", "echo:", "discard:", "zero:"} {
		a, err := ParseAddress(word, ToDial)
		if err != nil {
			t.Fatal(err)
		}
		_, err = a.Dialer(Options{Proxies: []Proxy{p}})
		wantsError(t, err, KindUsage, "cannot be reached through a proxy")
	}
}

func TestAPasswordIsNeverPrinted(t *testing.T) {
	p, err := ParseProxy("socks5h://me:s3cret@127.0.0.1:1", "")
	if err != nil {
		t.Fatal(err)
	}
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		if got := fmt.Sprintf(format, []Proxy{p}); strings.Contains(got, "s3cret") || strings.Contains(got, "me") {
			t.Errorf("%s prints %s", format, got)
		}
	}
	for _, word := range []string{"socks5h://me:s3cret@", "socks5h://me:s3cret@host:port", "socks5h://me:s3cret@h:1:2", "x://me:s3cret@h",
		"socks5h://me:s3cret%zz@h", "socks5h://me:s3cret@h/path", "socks5h://me:s3cret/x@h", "socks4://me:s3cret@h", "socks5h://:s3cret@h",
		"me:s3cret@h h", "socks5h://me:s3cret@[::1", "socks5h://me:s3cret@@@"} {
		_, err := ParseProxy(word, "socks5h")
		var e *Error
		if !errors.As(err, &e) || strings.Contains(e.Error()+e.Hint, "s3cret") {
			t.Errorf("%s: %v, want an error without the password", word, err)
		}
	}
}

// big is more than any proxy has to say.
var big = bytes.Repeat([]byte{'A'}, 1<<20)
