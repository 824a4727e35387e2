package netio

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

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
		d, err := dialTCP(a, o)
		if err == nil {
			_, err = d.Dial(t.Context())
		}
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
