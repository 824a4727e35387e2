package main

import (
	"cmp"
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"fid/netio"
)

// typedWithValue is a flag with a value that it takes, as words of a command line.
func typedWithValue(t *testing.T, f flag) []string {
	t.Helper()
	named := map[string]string{"ready-fd": "", "source": "127.0.0.1", "output": "x-{n}", "tos": "ef", "proxy": "p", "allow": "127.0.0.1",
		"alpn": "h2", "keepalive": "10", "expect": "x", "pin": "sha256:" + strings.Repeat("A", 43) + "="}
	byValue := map[string]string{"DUR": "1", "PORT": "1", "N": "1", "TEXT": "x", "HEX": "00", "ALG": "sha256", "RATE": "1k", "CMD": "true", "HOST": "h",
		"FILE": os.DevNull, "PROTO": "smtp", "TYPE": "5", "USER": "u", "SIZE": "1k", "IFACE": "lo", "LIST": "h"}
	value := cmp.Or(named[f.name()], byValue[f.value])
	switch {
	case f.name() == "ready-fd": // each run takes one that is open, and closes it
		fd, err := unix.Dup(2)
		if err != nil {
			t.Fatal(err)
		}
		value = strconv.Itoa(fd)
	case f.value == "" || f.optional:
		return []string{f.typed()}
	case value == "":
		t.Fatalf("the test has no value for %s", f.typed())
	}
	return []string{f.typed(), value}
}

// A setting is what else a command line has, so that a flag has something to work on.
type setting struct{ flags, words string }

// settings are those that make sense in a mode, the plainest first.
func settings(mode string) []setting {
	switch mode {
	case "relay":
		return []setting{{"", "80 h:80"}, {"", "80 tls:h:80"}, {"", "tls:80 h:80"}, {"", "tls:80 tls:h:80"}, {"", "80 exec:true"}, {"--cert c", "tls:80 h:80"},
			{"--cert c", "80 tls:h:80"}, {"--cert c", "tls:80 tls:h:80"}, {"", "tls:80 exec:true"}, {"--cert c", "tls:80 exec:true"}}
	case "connect":
		return []setting{{"", "h 80"}, {"-z", "h 80"}, {"--echo", "h 80"}, {"-u", "h 80"}, {"-u --echo", "h 80"}, {"-u -z", "h 80"}, {"--tls", "h 80"}, {"--tls --cert c", "h 80"},
			{"--tls -z", "h 80"}, {"--tls -z --cert c", "h 80"}, {"--tls --echo", "h 80"}, {"--tls --echo --cert c", "h 80"}, {"-x p", "h 80"}, {"-x p -P u", "h 80"}, {"-u -x p", "h 80"}, {"-u -x p -P u", "h 80"},
			{"-x p --echo", "h 80"}, {"-x p -P u --echo", "h 80"}, {"-x p -z", "h 80"}, {"-x p -P u -z", "h 80"}, {"-x p --tls", "h 80"}, {"-x p -P u --tls", "h 80"},
			{"-x p --tls --cert c", "h 80"}, {"-x p -P u --tls --cert c", "h 80"}, {"-e true", "h 80"}, {"-e true --tls", "h 80"}, {"-e true --tls --cert c", "h 80"},
			{"-e true -x p -P u", "h 80"}, {"-e true -u", "h 80"}, {"-e true -x p", "h 80"}, {"", "path"}, {"-e true", "path"}, {"-u", "path"}, {"-e true -u", "path"},
			{"-z", "path"}, {"--echo", "path"}, {"-u --echo", "path"}}
	}
	return []setting{{"", "80"}, {"-k", "80"}, {"-e true", "80"}, {"-k -e true", "80"}, {"--tls", "80"}, {"--tls --cert c", "80"}, {"-k --tls", "80"}, {"-k --tls --cert c", "80"},
		{"--tls -e true", "80"}, {"--tls --cert c -e true", "80"}, {"-u", "80"}, {"-u -k", "80"}, {"", "path"}, {"-k", "path"}, {"-u -e true", "80"}, {"-e true", "path"},
		{"", ""}, {"-k", ""}, {"-e true", ""}, {"--tls", ""}, {"--tls --cert c", ""}, {"-u", ""}, {"-e true --tls", ""}, {"-e true --tls --cert c", ""}, {"-k --tls", ""}, {"-k --tls --cert c", ""}}
}

// refused is what fid has against a command line; nil is nothing.
func refused(mode string, words ...string) error {
	line, err := readArgs(append([]string{mode}, words...), false)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	out := newConsole(ctx, cancel, false)
	out.stderr, out.stdout, out.mode = newLog(io.Discard), newReport(ctx, io.Discard, cancel), mode
	if _, err = parse(line, out); err != nil && strings.Contains(err.Error(), "--raw needs a terminal") {
		return nil // it comes behind all that excludes --raw
	}
	return err
}

// Every pair of flags is tried in every mode. What fid refuses stands under one of the two, and what
// stands there is refused.
func TestTheManualSaysWhatEachFlagNeedsAndExcludes(t *testing.T) {
	m := readManual(t)
	known := map[string]bool{} // pairs that are refused in some mode
	for _, mode := range modeNames {
		var list []flag
		for _, f := range flags() {
			if strings.Contains(f.modes, strings.ToUpper(mode[:1])) && !slices.Contains([]string{"help", "version", "completion"}, f.name()) {
				list = append(list, f)
			}
		}
		for i, f := range list {
			m.checkNeeds(t, mode, f)
			for _, g := range list[i+1:] {
				if why := refusedTogether(t, mode, f, g); why != nil {
					known[f.name()+" "+g.name()], known[g.name()+" "+f.name()] = true, true
					m.checkPair(t, mode, f, g, why)
				}
			}
		}
	}
	for f, others := range m.excludes {
		for g := range others {
			if f != "exec:" && !known[f+" "+g] {
				t.Errorf("docs/fid.1: --%s excludes --%s, and fid takes both in each mode", f, g)
			}
		}
	}
}

// refusedTogether is why two flags are refused in each setting in which each of them is taken;
// nil: there is one that takes both, or they have none in common.
func refusedTogether(t *testing.T, mode string, f, g flag) error {
	t.Helper()
	var why error
	for _, s := range settings(mode) {
		words := append(strings.Fields(s.flags), strings.Fields(s.words)...)
		for _, x := range []flag{f, g} {
			if !slices.Contains(words, x.typed()) {
				words = append(words, typedWithValue(t, x)...)
			}
		}
		err := refused(mode, words...)
		if err == nil {
			return nil
		}
		if why == nil || strings.Contains(err.Error(), f.typed()) && strings.Contains(err.Error(), g.typed()) {
			why = err
		}
	}
	return why
}

// checkPair: the manual says under one of the two that it excludes the other, or it says that of
// flags which they need or imply.
func (m manual) checkPair(t *testing.T, mode string, f, g flag, why error) {
	t.Helper()
	var e *netio.Error
	if !errors.As(why, &e) || e.Kind != netio.KindUsage {
		t.Errorf("fid %s %s %s: %v is no error of usage", mode, f.typed(), g.typed(), why)
	}
	for _, a := range m.with(f.name()) {
		for _, b := range m.with(g.name()) {
			if m.excludes[a][b] || m.excludes[b][a] {
				return
			}
		}
	}
	t.Errorf("docs/fid.1 does not say that %s and %s exclude each other, which they do in %s: %v", f.typed(), g.typed(), mode, why)
}

// checkNeeds: a flag that is refused on a plain command line needs what some other setting has,
// and the manual says so.
func (m manual) checkNeeds(t *testing.T, mode string, f flag) {
	t.Helper()
	plain := settings(mode)[0]
	err := refused(mode, append(strings.Fields(plain.words), typedWithValue(t, f)...)...)
	if err != nil && len(m.with(f.name())) == 1 && f.name() != "unix" && f.name() != "source-port" { // whose words are others
		t.Errorf("docs/fid.1 does not say what %s needs in %s: %v", f.typed(), mode, err)
	}
}
