package netio

import (
	"strings"
	"testing"
)

func TestAProxyIsTakenApart(t *testing.T) {
	for word, want := range map[string]string{
		"proxy":                      "socks5h proxy 1080",
		"proxy:99":                   "socks5h proxy 99",
		"10.2.3.4:8080":              "socks5h 10.2.3.4 8080",
		"[::1]":                      "socks5h ::1 1080",
		"[::1]:99":                   "socks5h ::1 99",
		"socks5://proxy":             "socks5 proxy 1080",
		"SOCKS5H://Proxy/":           "socks5h Proxy 1080",
		"socks4://me@proxy":          "socks4 proxy 1080 me",
		"socks4a://proxy:1":          "socks4a proxy 1",
		"http://proxy":               "http proxy 3128",
		"https://proxy":              "https proxy 443",
		"https://proxy:8443/":        "https proxy 8443",
		"http://u:p@proxy:1":         "http proxy 1 u p",
		"http://u%40x:p%3A%2f@proxy": "http proxy 3128 u@x p:/",
		"http://u:p:q@[fe80::1]:1":   "http fe80::1 1 u p:q",
		"http://u:p@ss@proxy":        "http proxy 3128 u p@ss",
		"http://u:@proxy":            "http proxy 3128 u",
		"http://u@proxy":             "http proxy 3128 u NEEDS A PASSWORD",
		"u:p@proxy":                  "socks5h proxy 1080 u p",
		"socks5h://proxy:http":       "socks5h proxy 80",
	} {
		p, err := ParseProxy(word, "socks5h")
		if err != nil {
			t.Errorf("%s: %v", word, err)
			continue
		}
		got := strings.TrimSpace(strings.Join([]string{p.Scheme, p.At.Host, p.At.Port, p.User, p.Password}, " "))
		if p.NeedsPassword {
			got += " NEEDS A PASSWORD"
		}
		if got != want {
			t.Errorf("%s is %s, want %s", word, got, want)
		}
		if p.At.Text != JoinText(p.At.Host, p.At.Port) && p.At.Port != "80" {
			t.Errorf("%s is called %s", word, p.At.Text)
		}
	}
}

func TestWhatIsNoProxyIsRefused(t *testing.T) {
	for _, word := range []string{"", ":", ":1080", "proxy:", "proxy:0", "proxy:65536", "proxy:-1", "proxy:1:2", "::1", "::1:1080", "[::1", "[::1]x", "[proxy]:1",
		"socks://proxy", "socks6://proxy", "ftp://proxy", "://proxy", "http://", "http:///", "http://proxy/path", "http://proxy?x", "http://proxy#x", "http://@proxy",
		"http://:p@proxy", "http://u:p%@proxy", "http://u%0:p@proxy", "http://u:p/x@proxy", "http://u:p#x@proxy", "socks4://u:p@proxy", "socks4a://u:@proxy",
		"http://pro xy", "http://proxy\r\nX: y", "http://proxy\x00", "http://127.1", "http://0x7f000001", "http://a..b", "http://" + strings.Repeat("a", 1<<20)} {
		p, err := ParseProxy(word, "socks5h")
		if kind := KindOf(err); kind != KindUsage && kind != KindName {
			t.Errorf("%.60q is %v and %v, want it refused", word, p, err)
		} else if len(err.Error()) > 500 {
			t.Errorf("%.60q is refused in %d bytes", word, len(err.Error()))
		}
	}
}

func TestNoProxyListsWhatIsReachedDirectly(t *testing.T) {
	for _, c := range []struct{ list, to, entry string }{
		{"", "db:80", ""},
		{"*", "db:80", "*"},
		{"a, *", "[::1]:80", "*"},
		{"example.com", "example.com:80", "example.com"},
		{"EXAMPLE.com", "Example.COM:80", "example.com"},
		{"example.com", "example.com.:80", "example.com"},
		{"example.com.", "example.com:80", "example.com."},
		{"example.com", "www.example.com:80", "example.com"},
		{"example.com", "badexample.com:80", ""},
		{"example.com", "example.com.org:80", ""},
		{".example.com", "www.example.com:80", ".example.com"},
		{".example.com", "example.com:80", ""},
		{"*.example.com", "a.b.example.com:80", "*.example.com"},
		{"*.example.com", "example.com:80", ""},
		{".", "db:80", ""},
		{"a,,b db\tc", "db:80", "db"},
		{"db:81", "db:80", ""},
		{"db:80", "db:80", "db:80"},
		{"*:80", "db:80", "*:80"},
		{"*:81", "db:80", ""},
		{"10.0.0.0/8", "10.1.2.3:80", "10.0.0.0/8"},
		{"10.0.0.0/8", "11.1.2.3:80", ""},
		{"10.0.0.0/8:80", "10.1.2.3:80", "10.0.0.0/8:80"},
		{"10.0.0.0/99", "10.1.2.3:80", ""},
		{"10.1.2.3", "10.1.2.3:80", "10.1.2.3"},
		{"10.1.2.3", "10.1.2.30:80", ""},
		{"2.3", "10.1.2.3:80", ""},
		{".2.3", "10.1.2.3:80", ""},
		{"10.1.2.3:80", "[::ffff:10.1.2.3]:80", "10.1.2.3:80"},
		{"::1", "[::1]:80", "::1"},
		{"[::1]", "[::1]:80", "[::1]"},
		{"[::1]:80", "[0::1]:80", "[::1]:80"},
		{"[::1]:81", "[::1]:80", ""},
		{"fe80::/10", "[fe80::1%1]:80", "fe80::/10"},
		{"::1:80", "[::1]:80", ""},
	} {
		host, port, _ := strings.Cut(c.to, "]:")
		if host == c.to {
			host, port, _ = strings.Cut(c.to, ":")
		}
		a := Address{Host: strings.TrimPrefix(host, "["), Port: port}
		if got := ParseBypass(c.list).entryFor(a); got != c.entry {
			t.Errorf("%s in %q: the entry is %q, want %q", c.to, c.list, got, c.entry)
		}
	}
}

// CVE-2025-22870: the zone of an address was taken for the end of a name.
func TestTheZoneOfAnAddressIsNoName(t *testing.T) {
	for _, zone := range []string{"25.example.com", ".example.com", "example.com"} {
		for _, entry := range []string{"*.example.com", ".example.com", "example.com"} {
			if got := ParseBypass(entry).entryFor(Address{Host: "::1%" + zone, Port: "80"}); got != "" {
				t.Errorf("::1%%%s is in %s", zone, entry)
			}
		}
	}
}
