package main

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"testing"

	"fid/netio"
)

// What people type, and what scripts do.

// FuzzCommandLine: a command line is taken or refused, whatever its words are: with a usage
// error that is one line, or a name's, before anything is opened.
func FuzzCommandLine(f *testing.F) {
	for _, line := range []string{"-z h 20-30,http", "listen -k --output {n} 9000", "relay 80 tls:h:443,pin=x --alpn h2", "-x u:p@h -X 5 h 80", "--pin sha256: tls:h:1",
		"--expect ( h 80", "--send-hex 0 h 80", "-T ef -M 300 h 80", "listen --allow @x,1.2.3.4/8 80", "echo -w -1 80", "--digest md6 h 80", "--limit 1k h 80", "--keepalive 99999 h 1",
		"-e 'a h 80", "-u --size 70000 --echo h 80", "--raw=^] h 80", "--starttls smtp h 25", "relay 8080 exec:'x' --pty", "--hex=f --pcap f h 80", "-vv --proxy-user x h 80"} {
		f.Add(strings.ReplaceAll(line, " ", "\x00"), false)
	}
	f.Add("-l\x00-p\x0080", true)
	f.Fuzz(func(t *testing.T, line string, asNC bool) {
		for _, opens := range []string{"json", "ready", "dev/", "help", "version"} { // what parse opens, or what is no parsing
			if strings.Contains(line, opens) {
				t.Skip()
			}
		}
		first, err := parsed(strings.Split(line, "\x00"), asNC)
		if second, again := parsed(strings.Split(line, "\x00"), asNC); (err == nil) != (again == nil) || err != nil && err.Error() != again.Error() || first.deadline != second.deadline {
			t.Errorf("%q: %v, and then %v", line, err, again)
		}
		var e *netio.Error
		switch {
		case err == nil:
			if first.mode == nil && strings.Trim(line, "-\x00") != "" { // else help is the answer
				t.Errorf("%q: neither a mode nor an error", line)
			}
		case !errors.As(err, &e), e.Kind != netio.KindUsage && e.Kind != netio.KindName && e.Kind != netio.KindLocal:
			t.Errorf("%q: %#v", line, err)
		case len(e.Error()) > 1500, len(e.Hint) > 500, e.What == "", e.Hint != escape(e.Hint):
			t.Errorf("%q: %d bytes, the hint is %q", line, len(e.Error()), e.Hint)
		}
	})
}

// parsed reads a command line as run does.
func parsed(args []string, asNC bool) (task, error) {
	line, err := readArgs(args, asNC)
	if err != nil || line.mode == "" {
		return task{}, err
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	out := newConsole(ctx, cancel, asNC)
	out.stderr, out.stdout = newLog(&bytes.Buffer{}), newLog(&bytes.Buffer{})
	out.mode = line.mode
	t, err := parse(line, out)
	out.stderr.close()
	return t, err
}

// FuzzPortList: a list has the ports that were typed, each in its range and in their order.
func FuzzPortList(f *testing.F) {
	for _, list := range []string{"80", "20-30", "http,20,22-23", "1-65535", "30-20", "0", "-", "1-", "http-alt", "80,,81", "65536", "1-2-3"} {
		f.Add(list)
	}
	f.Fuzz(func(t *testing.T, list string) {
		if strings.Count(list, "-") > 2 {
			t.Skip() // each may be all ports
		}
		var all targets
		err := all.addList(list, func(port string) (netio.Address, error) { return netio.ParseHostPort("h", port, netio.ToDial) })
		if err != nil {
			if kind := netio.KindOf(err); kind != netio.KindUsage {
				t.Errorf("%q: %v", list, err)
			}
			return
		}
		var ports []string
		for _, a := range all.addresses {
			ports = append(ports, a.Port)
		}
		var want []string
		for _, word := range strings.Split(list, ",") {
			low, high, err := portRange(word)
			if err != nil || low < 1 || high > 65535 || low > high {
				t.Fatalf("%q: %q is %d to %d, %v", list, word, low, high, err)
			}
			for ; low <= high; low++ {
				n, _ := netio.ParsePort(ports[len(want)])
				if n != low {
					t.Fatalf("%q: %d is missing in %v", list, low, ports)
				}
				want = append(want, ports[len(want)])
			}
		}
		if !slices.Equal(ports, want) || len(all.ranged) != len(ports) {
			t.Errorf("%q is %d ports, want %d", list, len(ports), len(want))
		}
	})
}

// FuzzSendHex: digits are the bytes that they say, and blanks are nothing.
func FuzzSendHex(f *testing.F) {
	for _, text := range []string{"", "00ff", " 0 0\tFf\n", "0", "0g", "é", "0x00"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		b, err := unhex(text)
		if err != nil {
			if netio.KindOf(err) != netio.KindUsage || len(err.Error()) > 300 {
				t.Errorf("%q: %v", text, err)
			}
			return
		}
		if want := strings.ToLower(strings.Join(strings.Fields(text), "")); hex.EncodeToString(b) != want || len(b) == 0 {
			t.Errorf("%q is %x", text, b)
		}
	})
}

// FuzzPasswordFile: the password is the first line, whatever follows it.
func FuzzPasswordFile(f *testing.F) {
	for _, line := range []string{"", "\n", "s3cret\r\n", "no end", "\r", strings.Repeat("x", maxPassword), strings.Repeat("x", maxPassword-2) + "\n", " \x00\n"} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		if i := strings.IndexByte(line, '\n'); i >= 0 {
			line = line[:i+1]
		}
		password, ok := passwordIn(line[:min(len(line), maxPassword)])
		if ok != (password != "" && len(password) <= maxPassword-2) || !strings.HasPrefix(line, password) || strings.Trim(line[len(password):], "\r\n") != "" && ok ||
			strings.Contains(password, "\n") {
			t.Errorf("%q: %q, %v", line, password, ok)
		}
	})
}

// FuzzControlKey: what is taken for a key is one that a terminal can send.
func FuzzControlKey(f *testing.F) {
	for _, typed := range []string{"^]", "^a", "^?", "^", "]", "^[", "^@", "^é", "^\xff", "^{"} {
		f.Add(typed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		key, ok := controlKey(typed)
		if ok && (key < '@' || key > '_' || len(typed) < 2 || typed[0] != '^') || !ok && key != 0 {
			t.Errorf("%q is %q", typed, key)
		}
		if again, ok2 := controlKey("^" + string(key)); ok && (!ok2 || again != key) {
			t.Errorf("%q is %q, and that is %q", typed, key, again)
		}
	})
}
