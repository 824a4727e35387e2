package netio

import (
	"bytes"
	"context"
	"errors"
	"io"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// FuzzDump: whatever comes, in whatever pieces and from whatever peer, a dump has whole lines
// that nobody can forge and no terminal obeys, and all bytes are in it.
func FuzzDump(f *testing.F) {
	f.Add([]byte("GET / HTTP/1.0\r\n\r\n"), []byte{3, 9}, "192.0.2.1:80")
	f.Add([]byte("\n>> 00:00:00.000000  sent 9 B at 0\n\x1b[31m\u202e\u009b\xc3"), []byte{1, 200, 1}, "[::1]:80")
	f.Add([]byte("a\\x1b\\\xf0\x9f\x91"), []byte{7, 1, 1}, "a\n>> 00:00:00.000000  sent 2 B at 0\n> x\x1b[m\u2028")
	f.Fuzz(func(t *testing.T, b, cuts []byte, peer string) {
		if len(b) > 4096 || len(peer) > 200 { // sun_path has 108 bytes (unix(7))
			t.Skip()
		}
		for _, text := range []bool{false, true} {
			got := dumpOf(t, text, cutUp(b, cuts), peer)
			checkDump(t, got, text)
			if back := undumped(t, got, text); !bytes.Equal(back, b) {
				t.Errorf("%q cut by %v is dumped as\n%sand that is %q", b, cuts, got, back)
			}
		}
	})
}

// dumpOf is the dump of one direction.
func dumpOf(t *testing.T, text bool, pieces [][]byte, peer string) string {
	t.Helper()
	var out buffered
	d := &Dump{To: out.recording(), Text: text, Clients: true}
	s := d.Layer(&End{Stream: &tape{gives: pieces}, Accepted: true, Peer: peer})
	for buf := make([]byte, 1<<16); ; {
		if _, err := s.Read(buf); errors.Is(err, io.EOF) {
			break
		}
	}
	_ = s.Close()
	if err := d.To.Close(context.Background(), 0); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

var (
	dumpHead = regexp.MustCompile(`^<< \d\d:\d\d:\d\d\.\d{6}  (received \d+ B|end after \d+ B)( at \d+)?  .+$`)
	dumpHex  = regexp.MustCompile(`^< [0-9a-f]{8}( {1,2}[0-9a-f]{2})+ +`)
)

// checkDump: each line is a head or what passed, and of what a terminal shows.
func checkDump(t *testing.T, got string, text bool) {
	t.Helper()
	if !utf8.ValidString(got) || !strings.HasSuffix(got, "\n") {
		t.Errorf("no UTF-8, or no whole lines: %q", got)
	}
	for line := range strings.Lines(got) {
		line = strings.TrimSuffix(line, "\n")
		if strings.ContainsFunc(line, func(r rune) bool { return unicode.IsControl(r) && r != '\t' || isObeyed(r) && r != '\t' }) {
			t.Errorf("a terminal obeys %q", line)
		}
		if !dumpHead.MatchString(line) && !(text && strings.HasPrefix(line, "< ")) && !(!text && dumpHex.MatchString(line)) {
			t.Errorf("%q is neither a head nor what passed", line)
		}
	}
}

// undumped is what a dump shows of one direction.
func undumped(t *testing.T, got string, text bool) (b []byte) {
	t.Helper()
	for line := range strings.Lines(got) {
		line, shown := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "< ")
		switch {
		case !shown:
		case text:
			b = append(b, unshown(line)...)
		default:
			for _, digits := range strings.Fields(line[len("00000000"):min(len(line), len("00000000")+2+3*bytesPerLine)]) {
				b = append(b, unshown(`\x`+digits)...)
			}
		}
	}
	return b
}

// unshown takes back what appendSign has done.
func unshown(s string) (b []byte) {
	for len(s) > 0 {
		at := strings.IndexByte(s, '\\')
		if at < 0 || at+1 == len(s) {
			return append(b, s...)
		}
		b = append(b, s[:at]...)
		switch s = s[at+1:]; s[0] {
		case 'x':
			b = append(b, byte(strings.IndexByte(hexDigits, s[1])<<4|strings.IndexByte(hexDigits, s[2])))
			s = s[2:]
		default:
			b = append(b, map[byte]byte{'n': '\n', 'r': '\r', 't': '\t', '\\': '\\'}[s[0]])
		}
		s = s[1:]
	}
	return b
}
