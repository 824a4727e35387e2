package main

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"fid/netio"
)

func TestArgumentsAreTakenAsGetoptDoes(t *testing.T) {
	for _, c := range []struct {
		typed string
		mode  string
		flags string
		words string
	}{
		{"h 80", "connect", "", "h 80"},
		{"h 80 -w3 -v", "connect", "--w=3 --verbose=1", "h 80"},
		{"-w3 h -vv 80 -v", "connect", "--w=3 --verbose=3", "h 80"},
		{"-lvk 80", "listen", "--keep-open --verbose=1", "80"},
		{"-lp9000", "listen", "--source-port=9000", ""},
		{"-l -p 9000 -s ::1", "listen", "--source-port=9000 --source=::1", ""},
		{"-q -1 h 80", "connect", "--linger=-1", "h 80"},
		{"-q-1 h 80", "connect", "--linger=-1", "h 80"},
		{"--linger -1 h 80", "connect", "--linger=-1", "h 80"},
		{"--linger=-1 h 80", "connect", "--linger=-1", "h 80"},
		{"-nzw3 h 80", "connect", "--numeric --probe --w=3", "h 80"},
		{"listen 80 -k", "listen", "--keep-open", "80"},
		{"listen -l 80", "listen", "--listen", "80"},
		{"connect listen 80", "connect", "", "listen 80"},
		{"connect -- -h 80", "connect", "", "-h 80"},
		{"-n -- h -z", "connect", "--numeric", "h -z"},
		{"h - 80", "connect", "", "h - 80"},
		{"--json h 80", "connect", "--json=", "h 80"},
		{"--json=f h 80", "connect", "--json=f", "h 80"},
		{"--source=a=b h 80", "connect", "--source=a=b", "h 80"},
		{"-s --help h 80", "connect", "--source=--help", "h 80"},
		{"relay 80 h:81 --once", "relay", "--once", "80 h:81"},
		{"", "", "", ""},
	} {
		line, err := readArgs(strings.Fields(c.typed), false)
		if err != nil {
			t.Errorf("%s: %v", c.typed, err)
		}
		if line.mode != c.mode || strings.Join(line.flags, " ") != c.flags || strings.Join(line.words, " ") != c.words {
			t.Errorf("%s: %s, flags %q, words %q; want %s, %s, %s", c.typed, line.mode, line.flags, line.words, c.mode, c.flags, c.words)
		}
	}
}

func TestUnderTheNameNCThereAreNoModeWords(t *testing.T) {
	for _, mode := range modeNames {
		line, err := readArgs([]string{"-v", mode, "80"}, true)
		if err != nil || line.mode != "connect" || !slices.Equal(line.words, []string{mode, "80"}) {
			t.Errorf("nc -v %s 80: %+v, %v", mode, line, err)
		}
	}
}

func TestBadArgumentsAreNamed(t *testing.T) {
	for typed, part := range map[string]string{
		"-v listen 80":  "put the mode listen first",
		"-- echo 7":     "put the mode echo first",
		"-Q h 80":       "-Q",
		"-lvQ 80":       "-Q",
		"-é h 80":       "-é",
		"--nosuch h 80": "--nosuch",
		"-":             "",
		"h 80 -w":       "-w needs a value",
		"--count":       "--count needs a value",
		"--verbose=3":   "--verbose takes no value",
		"--json= h 80":  "--json= is empty",
		"-kz -l 80":     "-z is no flag of listen",
		"echo -k 80":    "-k is no flag of echo",
		"connect -l 80": "-l is no flag of connect",
		"h 80 -1":       "-1",
		"-lke cat 80":   "",
	} {
		_, err := readArgs(strings.Fields(typed), false)
		if part == "" && err == nil {
			continue
		}
		if netio.KindOf(err) != netio.KindUsage || !strings.Contains(err.Error(), part) {
			t.Errorf("%s: %v; want a usage error with %q", typed, err, part)
		}
	}
}

// A letter has one meaning, and so has a long name: taken or refused, never both.
func TestEveryFlagHasOneMeaning(t *testing.T) {
	letters, longs := map[byte]bool{}, map[string]bool{}
	once := func(letter byte, long string) {
		if letter != 0 && letters[letter] || long != "" && longs[long] {
			t.Errorf("-%c --%s stands twice in the tables", letter, long)
		}
		letters[letter], longs[long] = true, true
	}
	for _, f := range flags() {
		once(f.letter, f.long)
		if f.modes == "" || strings.Trim(f.modes, "LCER") != "" {
			t.Errorf("the row of %s is not complete", f.typed())
		}
	}
	for _, x := range refusals() {
		once(x.letter, x.long)
	}
	for _, letter := range "46bcCdehiIOklmMnNpPqrstTuUvwWxXzoDFSVgGHKRZ" {
		if !letters[byte(letter)] {
			t.Errorf("-%c is known from nc or ncat and neither taken nor refused by name", letter)
		}
	}
}

func FuzzArguments(f *testing.F) {
	for _, line := range []string{"h\x0080\x00-w3\x00-v", "-lvk\x0080", "-q\x00-1\x00h\x0080", "--\x00echo\x007", "--json=\x00x", "-\xff", "--=", "-w", "listen\x00-z", "\x00", "--verbose\x00-v"} {
		f.Add(line, false)
		f.Add(line, true)
	}
	f.Fuzz(func(t *testing.T, line string, asNC bool) {
		args := strings.Split(line, "\x00")
		got, err := readArgs(slices.Clone(args), asNC)
		var e *netio.Error
		if err != nil && (!errors.As(err, &e) || e.Kind != netio.KindUsage) {
			t.Fatalf("%q: %#v is no usage error", args, err)
		}
		if err != nil {
			return
		}
		for _, word := range got.words {
			if !slices.Contains(args, word) {
				t.Fatalf("%q: nobody typed the word %q", args, word)
			}
		}
		for _, flag := range got.flags {
			if !strings.HasPrefix(flag, "--") || flag == "--" {
				t.Fatalf("%q: %q is no flag", args, flag)
			}
		}
	})
}

func TestDurations(t *testing.T) {
	for typed, want := range map[string]time.Duration{"0": 0, "3": 3 * time.Second, "0.5": 500 * time.Millisecond, ".5": 500 * time.Millisecond,
		"500ms": 500 * time.Millisecond, "2m": 2 * time.Minute, "1h30m": 90 * time.Minute, "0s": 0, "9223372036": 9223372036 * time.Second} {
		if got, err := parseDuration(typed); err != nil || got != want {
			t.Errorf("%s is %v, %v; want %v", typed, got, err, want)
		}
	}
	for _, typed := range []string{"", "-1", "+1", "-0", "abc", "1e3", "1e400", "NaN", "inf", "0x10", " 1", "1 ", "1d", "5S", "1s2", "1.5.2", ".",
		"9223372037", "9223372036.854776", "99999999999", "9999999999999h", strings.Repeat("9", 400)} {
		if got, err := parseDuration(typed); err == nil {
			t.Errorf("%.30q is taken for %v", typed, got)
		}
	}
}

func TestSizes(t *testing.T) {
	for typed, want := range map[string]int64{"0": 0, "512": 512, "10k": 10000, "10K": 10000, "2M": 2e6, "1G": 1e9, "64Ki": 65536, "1Mi": 1 << 20,
		"1Gi": 1 << 30, "9223372036854775807": math.MaxInt64} {
		if got, err := parseSize(typed); err != nil || got != want {
			t.Errorf("%s is %d, %v; want %d", typed, got, err, want)
		}
	}
	for _, typed := range []string{"", "-1", "+1", "k", "1T", "1kk", "1i", "1iK", "1.5k", " 1", "1 k", "0x10", "9223372036854775808", "9223372036854775807k", "9223372037G"} {
		if got, err := parseSize(typed); err == nil {
			t.Errorf("%q is taken for %d", typed, got)
		}
	}
}

func FuzzDuration(f *testing.F) {
	for _, typed := range []string{"1", "0.5", "9223372036.9", "1h30m", "µs", "n", "..", "1e9", "-1"} {
		f.Add(typed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		if d, err := parseDuration(typed); err == nil && d < 0 {
			t.Fatalf("%q is %v", typed, d)
		}
	})
}

func FuzzSize(f *testing.F) {
	for _, typed := range []string{"1", "64Ki", "9223372036854775807", "9G", "k", "-1"} {
		f.Add(typed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		if n, err := parseSize(typed); err == nil && n < 0 {
			t.Fatalf("%q is %d", typed, n)
		}
	})
}
