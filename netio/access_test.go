package netio

import (
	"context"
	"errors"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// list writes a file of a list and returns the word for it.
func list(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "list")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return "@" + path
}

func TestWhoMayConnect(t *testing.T) {
	file := list(t, "# friends\n10.0.0.0/8, 192.0.2.1 # two\n\n  2001:db8::/32\t::1\r\n")
	for _, x := range []struct {
		allow, deny string
		peer        string
		why         string // empty: may
	}{
		{"", "10.0.0.0/8", "10.0.0.7:5544", "--deny 10.0.0.0/8"},
		{"", "10.0.0.0/8", "11.0.0.7:5544", ""},
		{"10.0.0.0/8", "", "10.0.0.7:5544", ""},
		{"10.0.0.0/8", "", "11.0.0.7:5544", "not in --allow"},
		{"10.0.0.0/8", "10.0.0.7", "10.0.0.7:5544", "--deny 10.0.0.7"},
		{"10.0.0.7", "10.0.0.0/8", "10.0.0.7:5544", "--deny 10.0.0.0/8"}, // deny wins, however narrow the other is
		{"", "10.0.0.0/8,10.0.0.7", "10.0.0.7:5544", "--deny 10.0.0.7"},  // the narrower is named
		{"", "127.0.0.1", "[::ffff:127.0.0.1]:9", "--deny 127.0.0.1"},
		{"", "::ffff:127.0.0.1", "127.0.0.1:9", "--deny ::ffff:127.0.0.1"},
		{"", "::ffff:127.0.0.0/104", "127.9.9.9:9", "--deny ::ffff:127.0.0.0/104"},
		{"", "::/0", "127.0.0.1:9", ""},
		{"", "0.0.0.0/0", "[::1]:9", ""},
		{"", "0.0.0.0/0", "[::ffff:1.2.3.4]:9", "--deny 0.0.0.0/0"},
		{"", "10.1.2.3/8", "10.9.9.9:9", "--deny 10.1.2.3/8"}, // the bits behind the length do not count
		{"", "fe80::1", "[fe80::1%eth0]:9", "--deny fe80::1"},
		{"", "fe80::1%eth0", "[fe80::1%eth1]:9", "--deny fe80::1%eth0"},
		{"[::1]", "", "[::1]:9", ""},
		{"127.0.0.1/32,::1/128", "", "[::1]:9", ""},
		{"127.0.0.1/0", "", "9.9.9.9:9", ""},
		{file, "", "10.200.0.1:9", ""},
		{file, "", "192.0.2.1:9", ""},
		{file, "", "192.0.2.2:9", "not in --allow"},
		{file, "", "[2001:db8::9]:9", ""},
		{file, "", "[::1]:9", ""},
		{"", file, "[::1]:9", "--deny " + cut(file) + ": ::1"},
		{list(t, ""), "", "127.0.0.1:9", "not in --allow"}, // an empty allow list lets nobody in
		{list(t, "# nobody"), "", "[::1]:9", "not in --allow"},
		{"", list(t, ""), "127.0.0.1:9", ""},
		{"localhost", "", "127.0.0.1:9", ""},
		{"", "localhost", "127.0.0.1:9", "--deny localhost"},
		{"127.0.0.1", "", "@", "its address is not known"},
		{"", "127.0.0.1", "", "its address is not known"},
	} {
		var l AccessLists
		if x.allow != "" {
			l.Allow = []string{x.allow}
		}
		if x.deny != "" {
			l.Deny = []string{x.deny}
		}
		a, err := l.Resolve(t.Context(), Options{})
		if err != nil {
			t.Errorf("%+v: %v", l, err)
			continue
		}
		err = a.Check("9000", x.peer)
		want := "9000: " + x.peer + ": not allowed (" + x.why + ")"
		if x.why == "" && err != nil || x.why != "" && (KindOf(err) != KindDenied || err.Error() != want) {
			t.Errorf("%+v, %s: %v, want %s", l, x.peer, err, want)
		}
	}
}

func TestWithoutListsEverybodyMayConnect(t *testing.T) {
	a, err := AccessLists{}.Resolve(t.Context(), Options{})
	if a != nil || err != nil || a.Check("9000", "@") != nil {
		t.Error(a, err)
	}
}

func TestAListThatIsWrongIsRefusedBeforeAnybodyConnects(t *testing.T) {
	for word, want := range map[string]string{
		"127.0.0.1/40":            "--allow 127.0.0.1/40: the length of an IPv4 network is 0 to 32",
		"::1/129":                 "--allow ::1/129: the length of an IPv6 network is 0 to 128",
		"10.0.0.0/":               "--allow 10.0.0.0/: the length of an IPv4 network is 0 to 32",
		"10.0.0.0/08":             "--allow 10.0.0.0/08: the length of an IPv4 network is 0 to 32",
		"10.0.0.0/+8":             "--allow 10.0.0.0/+8: the length of an IPv4 network is 0 to 32",
		"10.0.0.0/-1":             "--allow 10.0.0.0/-1: the length of an IPv4 network is 0 to 32",
		"10.0.0.0/8/8":            "--allow 10.0.0.0/8/8: the length of an IPv4 network is 0 to 32",
		"10.0.0.0/255.0.0.0":      "--allow 10.0.0.0/255.0.0.0: the length of an IPv4 network is 0 to 32",
		"10.0.0.0/4294967304":     "--allow 10.0.0.0/4294967304: the length of an IPv4 network is 0 to 32",
		"192.168.0.0-255":         "--allow 192.168.0.0-255: not an address and not a network",
		"192.168.*.*":             "--allow 192.168.*.*: not an address and not a network",
		"127.1":                   "--allow 127.1: not an address and not a network",
		"0177.0.0.1":              "--allow 0177.0.0.1: not an address and not a network",
		"1.2.3.4.5":               "--allow 1.2.3.4.5: not an address and not a network",
		"0x7f.1":                  "--allow 0x7f.1: 0x7f.1 is not an IPv4 address; four decimal numbers make one",
		"localhost/24":            "--allow localhost/24: not an address and not a network",
		"/24":                     "--allow /24: not an address and not a network",
		"":                        `--allow "": an address, a network or a name is meant`,
		"10.0.0.1,":               `--allow "": an address, a network or a name is meant`,
		"@":                       "--allow @: no path after the @",
		list(t, "127.0.0.1/40"):   ": 127.0.0.1/40: the length of an IPv4 network is 0 to 32",
		list(t, "@x"):             ": @x: a host name has no such characters",
		list(t, "10.0.0.1\x00"):   ": 10.0.0.1\x00: a host name has no such characters",
		list(t, "ab\x0010.0.0.1"): ": ab\x0010.0.0.1: ab\x0010.0.0.1 is not an IPv4 address; four decimal numbers make one",
		list(t, "10.0.0.0/8\x00"): ": 10.0.0.0/8\x00: the length of an IPv4 network is 0 to 32",
	} {
		_, err := AccessLists{Allow: []string{word}}.Resolve(t.Context(), Options{})
		if err == nil || !strings.HasSuffix(err.Error(), want) || KindOf(err) != KindUsage && KindOf(err) != KindName {
			t.Errorf("%q: %v, want %s", word, err, want)
		}
	}
}

func TestAListThatCannotBeReadOrLookedUpRefusesToStart(t *testing.T) {
	for word, want := range map[string]Kind{
		"@" + t.TempDir() + "/missing": KindLocal,
		"@" + t.TempDir():              KindLocal,
		"nosuch.invalid":               KindName,
		"@/dev/zero":                   KindLocal, // longer than any list
	} {
		if _, err := os.Stat("/dev/zero"); err != nil && word == "@/dev/zero" {
			continue
		}
		_, err := AccessLists{Deny: []string{word}}.Resolve(t.Context(), Options{})
		if KindOf(err) != want {
			t.Errorf("%s: %v, want %v", word, err, want)
		}
	}
	_, err := AccessLists{Deny: []string{"localhost"}}.Resolve(t.Context(), Options{Numeric: true})
	if KindOf(err) != KindName || !strings.Contains(err.Error(), "-n takes addresses only") {
		t.Errorf("with -n: %v", err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	cause := errors.New("called off")
	cancel(cause)
	if _, err := (AccessLists{Deny: []string{list(t, "")}}).Resolve(ctx, Options{}); err != cause && err != nil {
		t.Errorf("called off: %v", err)
	}
}

func FuzzNetwork(f *testing.F) {
	for _, word := range []string{"10.0.0.0/8", "::ffff:1.2.3.4/100", "fe80::1%eth0", "[::1]", "127.0.0.1/40", "localhost", "1-2", "::/0"} {
		f.Add(word)
	}
	f.Fuzz(func(t *testing.T, word string) {
		network, isName, err := parseNetwork(word)
		if err != nil || isName {
			if network.IsValid() {
				t.Errorf("%q: %v, and yet %v", word, err, network)
			}
			return
		}
		if !network.IsValid() || network != network.Masked() || network.Addr().Zone() != "" {
			t.Fatalf("%q is %v", word, network)
		}
		if network.Addr().Is4In6() && network.Bits() >= 96 {
			t.Errorf("%q is %v, which no client has", word, network)
		}
		var n networks
		n.insert(network, word)
		if by, found := n.find(network.Addr()); !found || by != word {
			t.Errorf("%q: its own address %v is not found", word, network.Addr())
		}
		if network.Bits() > 0 {
			if _, found := n.find(outside(network)); found {
				t.Errorf("%q: %v is found", word, outside(network))
			}
		}
	})
}

// outside is an address that differs from the network's in its first bit.
func outside(p netip.Prefix) netip.Addr {
	b := p.Addr().AsSlice()
	b[0] ^= 0x80
	ip, _ := netip.AddrFromSlice(b)
	return ip
}
