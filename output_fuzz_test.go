package main

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"fid/modes"
	"fid/netio"
)

// What fid says, whatever peers have chosen to be called or to say.

// strange are texts of peers, as seeds.
func strange() []string {
	return []string{"", "10.0.0.7:1", "db:80", "a\nfid: b", "\x1b]0;title\x07\x9b31m", "\u009b31m\u202e\u2028\ufeff", "\xff\xc3(", `\x1b"`, "\x00", "\U000e0041", "日本"}
}

// eventsOf are events with such texts in every place that is somebody else's.
func eventsOf(peer, said, name string) []modes.Event {
	cert := netio.Certificate{Subject: said, Issuer: name, Names: []string{peer, said}, Pin: "sha256:"}
	failed := &netio.Error{Kind: netio.KindTLS, Addr: name, What: said, Hint: peer, Chain: []netio.Certificate{cert},
		Expected: name, Seen: netio.Escaped([]byte(said)), Tried: []string{peer}, Attempts: []netio.Attempt{{Addr: peer, Err: &netio.Error{What: said}}}}
	local := func() string { return name }
	found := &modes.Finding{State: modes.StateOpen, Port: "80", Several: true, Banner: []byte(said)}
	security := &netio.Security{Version: "TLS 1.3", Cipher: "c", ALPN: said, Name: name, Verified: peer, Chain: failed.Chain}
	events := []modes.Event{
		{Name: modes.Ended, Err: failed, Outcome: &netio.Outcome{Err: failed, Digest: &netio.Digest{Algorithm: name, Sent: "0", Received: "1"}}},
		{Name: modes.Secured, Security: security}, {Name: modes.Open, Found: found}, {Name: modes.Shut, Found: found, Err: failed},
		{Name: modes.Pinged, Err: failed}, {Name: modes.Denied, Err: failed}, {Name: modes.Unrecorded, Err: failed},
	}
	for _, n := range []string{modes.Listening, modes.Accepted, modes.Connected, modes.Note, modes.Step, modes.Made} {
		events = append(events, modes.Event{Name: n})
	}
	for i := range events {
		e := &events[i]
		e.Addr, e.Peer, e.Local, e.Through, e.Ready, e.Text, e.Client, e.Of = name, peer, local, said, name, said, peer, name
	}
	return events
}

// FuzzLogLines: each message is a line of its own, which nobody can forge and no terminal obeys.
func FuzzLogLines(f *testing.F) {
	for i, text := range strange() {
		f.Add(text, "HTTP/1.1 503 "+text, "db:80", uint8(i))
	}
	f.Fuzz(func(t *testing.T, peer, said, name string, as uint8) {
		var out bytes.Buffer
		c := &console{mode: []string{"connect", "listen", "relay", "echo"}[as%4], verbose: int(as>>2) % 3, asNC: as&16 != 0, serving: as%4 > 0,
			check: as&32 != 0, begin: time.Now(), stderr: newLog(&out)}
		c.stdout = newReport(context.Background(), &out, func(err error) { t.Error(err) })
		c.stderr.waitFor(c.stdout)
		for _, e := range eventsOf(peer, said, name) {
			c.event(e)
			if e.Err != nil {
				c.sayError(e.Err, netio.KindOf(e.Err))
			}
		}
		c.stdout.close()
		c.stderr.close()
		for line := range strings.Lines(out.String()) {
			checkLine(t, line)
		}
	})
}

// checkLine: whole, of UTF-8, and nothing in it but what is seen.
func checkLine(t *testing.T, line string) {
	t.Helper()
	line, whole := strings.CutSuffix(line, "\n")
	if !whole || !utf8.ValidString(line) || strings.ContainsFunc(line, func(r rune) bool {
		return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029'
	}) {
		t.Errorf("a line is %q", line)
	}
}

// FuzzJSONLines: each event is one line of JSON in ASCII or what is seen, with what was said in it.
func FuzzJSONLines(f *testing.F) {
	for _, text := range strange() {
		f.Add(text, "HTTP/1.1 503 "+text, "db:80")
	}
	f.Fuzz(func(t *testing.T, peer, said, name string) {
		c := &console{mode: "relay", begin: time.Now()}
		c.names.unwanted = true
		for _, e := range eventsOf(peer, said, name) {
			line := c.jsonEvent(e)
			checkLine(t, line)
			var r record
			if err := json.Unmarshal([]byte(line), &r); err != nil || r.Event != e.Name || r.Peer != strings.ToValidUTF8(peer, "\ufffd") && utf8.ValidString(peer) {
				t.Fatalf("%q is %+v, %v", line, r, err)
			}
			if e.Err != nil && utf8.ValidString(said) && utf8.ValidString(name) && r.Error != e.Err.Error() {
				t.Errorf("%q has the error %q, want %q", line, r.Error, e.Err.Error())
			}
			c.summary.add(e)
		}
		checkLine(t, c.summary.json(c, nil, 0))
		checkLine(t, jsonStatus(netio.Status{Begun: time.Now()}, name, peer))
	})
}

// FuzzBar: however wide the terminal is and whatever has passed, the line of progress is no wider.
func FuzzBar(f *testing.F) {
	f.Add(80, int64(1e6), int64(0), int64(1e9), 1.5)
	f.Add(0, int64(1), int64(1), int64(1), 0.0)
	f.Add(33, int64(999999), int64(1<<60), int64(0), 1e6)
	for width := range 100 {
		f.Add(width, int64(999e6), int64(0), int64(123e9), 59.0)
		f.Add(width, int64(999e6), int64(999e6), int64(0), 1.0)
	}
	f.Fuzz(func(t *testing.T, width int, sent, received, size int64, seconds float64) {
		if width < 0 || width > 1000 || sent < 0 || received < 0 || size < 0 || size > 1<<56 || seconds < 0 || seconds > 1e9 {
			t.Skip()
		}
		begun := time.Unix(0, 0)
		p := pace{{at: begun}, {begun.Add(time.Duration(seconds * 1e9)), sent, received, size}}
		line := p.bar(width)
		if len(line) > width || strings.Trim(line, " ") != strings.TrimSpace(line) {
			t.Errorf("%d columns: %q", width, line)
		}
		checkLine(t, line+"\n")
		checkLine(t, p.plain()+"\n")
	})
}
