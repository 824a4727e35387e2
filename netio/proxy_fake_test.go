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
	timed  bool
	steps  []string
}

func (x *proxyCase) dial(t *testing.T, ctx context.Context, addrs ...string) (*End, error) {
	t.Helper()
	o := Options{Timeout: patience, TimeoutFlag: "--connect-timeout", Timed: x.timed}
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

// megabyte is more than any proxy has to say.
var megabyte = bytes.Repeat([]byte{'A'}, 1<<20)
