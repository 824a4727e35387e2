package netio

import (
	"context"
	"maps"
	"net/netip"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// FuzzOutputPattern: every file of a session is in the directory that was typed.
func FuzzOutputPattern(f *testing.F) {
	for _, pattern := range []string{"{n}-{peer}", "in/{peer}", "", ".", "..", "../{n}", "./{peer}.{n}", "{peer}/x", "a{", "/{n}", "{n}{peer}\x00"} {
		f.Add(pattern, "10.0.0.7:1", true)
		f.Add(pattern, "../../x", false)
	}
	f.Fuzz(func(t *testing.T, pattern, peer string, many bool) {
		o, err := ParseOutput(pattern, many)
		if err != nil {
			if KindOf(err) != KindUsage || len(err.Error()) > 300 {
				t.Errorf("%q: %v", pattern, err)
			}
			return
		}
		dir, _ := filepath.Split(pattern)
		one, two := o.pathOf(1, peer), o.pathOf(2, peer)
		base := filepath.Base(one)
		if filepath.Dir(one) != filepath.Clean(dir) || base == "." || base == ".." || strings.HasSuffix(one, "/") {
			t.Errorf("%q of %q is %q", pattern, peer, one)
		}
		if strings.Contains(pattern, "{n}") != (one != two) {
			t.Errorf("%q of %q is %q, and then %q", pattern, peer, one, two)
		}
	})
}

// FuzzAccessFile: which separators a file has makes no difference, and a comment is none of it.
func FuzzAccessFile(f *testing.F) {
	for _, text := range []string{"", "10.0.0.0/8\n", "# nobody\n127.0.0.1,::1 # two\r\n\t[::1]", "1.2.3.4#5.6.7.8", "localhost", "10.0.0.0/33", "::ffff:1.2.3.4/100,,\x00\n"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		read := func(text string) (map[netip.Prefix]string, error) {
			var n networks
			err := n.addText(context.Background(), Options{Numeric: true}, "by ", text)
			return n.by, err
		}
		all, err := read(text)
		if err != nil && KindOf(err) != KindUsage && KindOf(err) != KindName {
			t.Fatalf("%q: %v", text, err)
		}
		for _, same := range []string{"# 192.0.2.1\n" + text, text + "\n# 192.0.2.1", strings.ReplaceAll(text, "\n", "\r\n\n"), strings.ReplaceAll(text, ",", " \t,")} {
			others, otherErr := read(same)
			if (err == nil) != (otherErr == nil) || err == nil && !slices.Equal(keys(all), keys(others)) {
				t.Errorf("%q is %v, %v; %q is %v, %v", text, all, err, same, others, otherErr)
			}
		}
	})
}

func keys(by map[netip.Prefix]string) []string {
	var list []string
	for network := range maps.Keys(by) {
		list = append(list, network.String())
	}
	slices.Sort(list)
	return list
}

// FuzzCommandEnvironment: nothing that a peer could choose comes near a shell, but numbers.
func FuzzCommandEnvironment(f *testing.F) {
	for _, peer := range []string{"10.0.0.7:1", "[::1]:1", "[fe80::1%eth0]:9", "", "@", "$(reboot):1", "db:80", "[::ffff:1.2.3.4]:5", "1.2.3.4:0x5", "/tmp/a\nb"} {
		f.Add(peer)
	}
	numbers := regexp.MustCompile(`^[0-9a-f.:[]+(%[\w.-]+)?[0-9:\]]*$`) // and the zone of an interface here
	f.Fuzz(func(t *testing.T, peer string) {
		for _, v := range environment(&End{Peer: peer}) {
			name, value, _ := strings.Cut(v, "=")
			if !strings.HasPrefix(name, "FID_PEER") && !strings.HasPrefix(name, "FID_LOCAL") {
				continue
			}
			if !numbers.MatchString(value) {
				t.Errorf("%q makes %q", peer, v)
			}
		}
	})
}

// FuzzDigestName: a name is one of the table's, or none.
func FuzzDigestName(f *testing.F) {
	for _, name := range []string{"sha256", "SHA256", "", "md5 ", "crc32"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		if got := Digested(name) != nil; got != slices.Contains(Algorithms(), name) {
			t.Errorf("%q: %v", name, got)
		}
	})
}
