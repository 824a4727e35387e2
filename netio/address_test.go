package netio

import (
	"errors"
	"net/netip"
	"strconv"
	"strings"
	"testing"
)

func TestPortIsDecimalAndInRange(t *testing.T) {
	for typed, want := range map[string]int{"0": 0, "1": 1, "80": 80, "65535": 65535, "http": 80, "HTTP": 80} {
		if got, err := ParsePort(typed); err != nil || got != want {
			t.Errorf("ParsePort(%q) = %d, %v; want %d", typed, got, err, want)
		}
	}
	for _, typed := range []string{"", "65536", "99999", "99999999999999999999", "-1", "+80", "080", "00", "80 ", " 80", "0x50", "1e3", "abc",
		"8_0", "80\n", "٨٠", "http ", "-", "20-30", "80,", strings.Repeat("9", 100000)} {
		if got, err := ParsePort(typed); KindOf(err) != KindUsage {
			t.Errorf("ParsePort(%.20q) = %d, %v; want a usage error", typed, got, err)
		}
	}
}

func TestAddressIsTakenApart(t *testing.T) {
	for _, c := range []struct {
		word string
		role Role
		want Address
	}{
		{"80", ToListen, Address{Scheme: "tcp", Port: "80"}},
		{"db:80", ToDial, Address{Scheme: "tcp", Host: "db", Port: "80"}},
		{"tcp:db:80", ToDial, Address{Scheme: "tcp", Host: "db", Port: "80"}},
		{"tcp://db:80", ToDial, Address{Scheme: "tcp", Host: "db", Port: "80"}},
		{"tcp6:[::1]:80", ToDial, Address{Scheme: "tcp6", Host: "::1", Port: "80"}},
		{"[::1]:0", ToListen, Address{Scheme: "tcp", Host: "::1", Port: "0"}},
		{"tcp4:0.0.0.0:80", ToListen, Address{Scheme: "tcp4", Host: "0.0.0.0", Port: "80"}},
		{"echo:", ToDial, Address{Scheme: "echo"}},
		{"echo:7000", ToDial, Address{Scheme: "tcp", Host: "echo", Port: "7000"}},
		{"unix:run/x", ToDial, Address{Scheme: "unix", Path: "run/x"}},
		{`unix:C:\x.sock`, ToDial, Address{Scheme: "unix", Path: `C:\x.sock`}},
		{"unix:a,b", ToListen, Address{Scheme: "unix", Path: "a,b"}},
		{"unix:a,mode=660", ToListen, Address{Scheme: "unix", Path: "a"}},
		{"file:a,b=c", ToDial, Address{Scheme: "file", Path: "a,b=c"}},
		{"db:80,source=127.0.0.1,source-port=81", ToDial, Address{Scheme: "tcp", Host: "db", Port: "80"}},
		{"a.example.:80", ToDial, Address{Scheme: "tcp", Host: "a.example.", Port: "80"}},
		{"udp-client:80", ToDial, Address{Scheme: "tcp", Host: "udp-client", Port: "80"}},
		{"ssl:80", ToDial, Address{Scheme: "tcp", Host: "ssl", Port: "80"}},
		{"0xerver:80", ToDial, Address{Scheme: "tcp", Host: "0xerver", Port: "80"}},
	} {
		got, err := ParseAddress(c.word, c.role)
		if err != nil {
			t.Errorf("%s: %v", c.word, err)
		}
		if got.Text != c.word || got.Scheme != c.want.Scheme || got.Host != c.want.Host || got.Port != c.want.Port || got.Path != c.want.Path {
			t.Errorf("%s is %+v, want %+v", c.word, got, c.want)
		}
	}
}

// What can be read in two ways is refused, and the hint is what to type instead.
func TestRefusalSaysWhatToType(t *testing.T) {
	for _, c := range []struct{ word, hint string }{
		{"5432", "localhost:5432"},
		{":80", "localhost:80"},
		{"tcp:80", "tcp:localhost:80"},
		{"db", "db PORT  or  db:PORT"},
		{"::1:80", "[::1]:80  or  ::1 80"},
		{"2001:db8::1:8080", "[2001:db8::1]:8080  or  2001:db8::1 8080"},
		{"fe80::1%eth0", "[fe80::1%eth0]:PORT  or  fe80::1%eth0 PORT"},
		{"[::1", "[::1]:PORT  or  ::1 PORT"},
		{"[db]:80", "db:80"},
		{"/run/x", "unix:/run/x"},
		{`C:\x.sock`, `unix:C:\x.sock`},
		{"https://example.com/x", "tls:example.com:443"},
		{"http://user@example.com:81", "example.com:81"},
		{"TCP-LISTEN:80,fork,bind=::1", "fid relay [::1]:80 HOST:PORT"},
		{"UNIX-CONNECT:/run/x", "unix:/run/x"},
		{"UDP4-LISTEN:53,fork,bind=10.0.0.1", "fid relay udp4:10.0.0.1:53 udp:HOST:PORT"},
		{"UDP-SENDTO:db:53", "udp:db:53"},
		{"UNIX-SENDTO:/dev/log", "unix-dgram:/dev/log"},
		{"UNIX-RECVFROM:/run/x,fork", "fid listen unix-dgram:/run/x"},
		{"udp:53", "udp:localhost:53"},
		{"tcp-listen:80,fork", "fid relay 80 HOST:PORT"},
		{"openssl:db:443", "tls:db:443"},
		{"unix-connect:/run/x", "unix:/run/x"},
		{"tls://db:443/", "tls:db:443"},
		{"tcp://user@db:80", "tcp:db:80"},
		{"tcp:///", "tcp:HOST:PORT"},
		{"db:80/", "db:80"},
		{"10.0.0.0/8", ""},
		{"10.0.0.0/8:80", ""},
		{"2001:db8::/32", ""},
		{"ws:db:80", ""},
		{"", "HOST:PORT"},
	} {
		_, err := ParseAddress(c.word, ToDial)
		var e *Error
		if !errors.As(err, &e) || e.Kind != KindUsage || e.Hint != c.hint {
			t.Errorf("%s: %#v; want a usage error with the hint %q", c.word, err, c.hint)
		}
	}
}

// The hint of a refusal must not itself be refused.
func TestHintCanBeTyped(t *testing.T) {
	for _, word := range []string{"5432", ":80", "tcp:80", "[db]:80", "/run/x", "http://example.com", "TCP:db:80"} {
		_, err := ParseAddress(word, ToDial)
		var e *Error
		if !errors.As(err, &e) {
			t.Fatalf("%s is accepted", word)
		}
		if _, err := ParseAddress(e.Hint, ToDial); err != nil {
			t.Errorf("%s: the hint %s is refused: %v", word, e.Hint, err)
		}
	}
}

func TestHostIsCheckedBeforeAnyLookUp(t *testing.T) {
	for host, want := range map[string]Kind{
		"db": 0, "::1": 0, "[::1]": 0, "127.0.0.1": 0, "a_b": 0, "bücher.example": 0, "h": 0, "help": 0, "echo": 0, "unix": 0,
		"": KindUsage, "[::1": KindUsage, "::1]": KindUsage, "[db]": KindUsage, "db:1": KindUsage, "/x": KindUsage, "tls:db": KindUsage,
		"127.1": KindUsage, "127.1.": KindUsage, "0x7f.1": KindUsage, "0177.0.0.1": KindUsage, "2130706433": KindUsage, "::1%nosuchif": KindUsage,
		"a..b": KindName, ".": KindName, "a b": KindName, "a\nb": KindName, "a\x1b[31mb": KindName, "u@db": KindName,
		strings.Repeat("a", 64): KindName, strings.Repeat("a.", 150): KindName, strings.Repeat("a", 100000): KindName,
	} {
		if _, err := ParseHostPort(host, "80", ToDial); KindOf(err) != want {
			t.Errorf("%.30q: %v; want kind %d", host, err, want)
		}
	}
}

func TestPort0IsForListeningOnly(t *testing.T) {
	if _, err := ParseHostPort("db", "0", ToListen); err != nil {
		t.Error(err)
	}
	if _, err := ParseHostPort("db", "0", ToDial); KindOf(err) != KindUsage {
		t.Error("port 0 can be dialled:", err)
	}
}

// checkParsed holds what every answer of the parsers promises.
func checkParsed(t *testing.T, a Address, err error, role Role) {
	t.Helper()
	if err != nil {
		var e *Error
		if !errors.As(err, &e) || e.Kind != KindUsage && e.Kind != KindName {
			t.Fatalf("%#v is no error of the command line", err)
		}
		if len(e.Error()) > 2*maxText || len(e.Hint) > maxText {
			t.Fatalf("%d bytes of error and %d of hint are more than anybody reads", len(e.Error()), len(e.Hint))
		}
		return
	}
	switch a.scheme().Rest {
	case RestHostPort:
		if n, err := strconv.Atoi(a.Port); err != nil || n < 0 || n > 65535 || strconv.Itoa(n) != a.Port || n == 0 && role == ToDial {
			t.Fatalf("%+v: the port is not one", a)
		}
		if a.Host == "" && role == ToDial {
			t.Fatalf("%+v: no host to dial", a)
		}
		if ip, err := netip.ParseAddr(a.Host); err != nil && strings.ContainsAny(a.Host, ":[]/\\%\x00\n\x1b ") {
			t.Fatalf("%+v: the host %q is neither a name nor %v", a, a.Host, ip)
		}
	case RestPath:
		if a.Path == "" || a.Scheme == "unix" && len(a.Path) > maxUnixPath() {
			t.Fatalf("%+v: the path cannot be one", a)
		}
	}
}

func FuzzAddress(f *testing.F) {
	for _, word := range []string{"80", "h:80", "[::1]:80", "::1:80", "tcp://h:80", "unix:/x,mode=600", "file:x", "echo:", "https://u@h/x", "TCP-LISTEN:80,bind=::1",
		"h:80,source=127.0.0.1", ":", "::", "[", "[]:", "]:[", "tcp:", "tcp:::", ",", "=", ",=", "%", "[::%]:1", "UNIX-", "\x00", "\xff:1", "tls:h:1", "[::1]", "//", "a://["} {
		f.Add(word)
	}
	f.Fuzz(func(t *testing.T, word string) {
		for _, role := range []Role{ToDial, ToListen} {
			a, err := ParseAddress(word, role)
			checkParsed(t, a, err, role)
		}
	})
}

func FuzzHostPort(f *testing.F) {
	for _, host := range []string{"h", "", "::1", "[::1]", "[::1", "::1]", "unix:/x", "/x", "80", "127.1", "0x", "0x1.", ".", "a..b", "tls:db", "TCP:", "[", "[]"} {
		for _, port := range []string{"80", "", "http", "h:80", "[::1]:80", "-1"} {
			f.Add(host, port)
		}
	}
	f.Fuzz(func(t *testing.T, host, port string) {
		for _, role := range []Role{ToDial, ToListen} {
			a, err := ParseHostPort(host, port, role)
			checkParsed(t, a, err, role)
			if err == nil && a.Host == "" {
				t.Fatalf("%q %q: an empty host", host, port)
			}
		}
	})
}

func FuzzPort(f *testing.F) {
	for _, port := range []string{"0", "80", "65536", "+80", "080", " 80", "http", "", "0x50", "1e3"} {
		f.Add(port)
	}
	f.Fuzz(func(t *testing.T, port string) {
		n, err := ParsePort(port)
		if err == nil && (n < 0 || n > 65535) || err != nil && KindOf(err) != KindUsage {
			t.Fatalf("ParsePort(%q) = %d, %v", port, n, err)
		}
		if strings.Trim(port, "0123456789") == "" && err == nil && strconv.Itoa(n) != port {
			t.Fatalf("ParsePort(%q) = %d", port, n)
		}
	})
}
