package netio

import (
	"context"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

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
