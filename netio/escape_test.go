package netio

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"unicode/utf8"
)

// shown is what a terminal is given for pieces, written one after the other.
func shown(t *testing.T, pieces [][]byte) string {
	t.Helper()
	var out bytes.Buffer
	s := &escaper{to: &out}
	for _, p := range pieces {
		if n, err := s.Write(p); n != len(p) || err != nil {
			t.Fatalf("%d of %d bytes, %v", n, len(p), err)
		}
	}
	if err := s.flush(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestATerminalIsShownControlBytesAndDoesNotObeyThem(t *testing.T) {
	for _, x := range []struct{ from, want string }{
		{"plain text\twith\r\nlines, a \\ and ~ too\n", "plain text\twith\r\nlines, a \\ and ~ too\n"},
		{"Grüße, 世界, 👩‍👩‍👧, e\u0301, \u00a0, \ue0b0", "Grüße, 世界, 👩‍👩‍👧, e\u0301, \u00a0, \ue0b0"},
		{"\x1b[2J\x1b]0;title\a", `\x1b[2J\x1b]0;title\x07`},
		{"\x00\b\v\f\x0e\x7f", `\x00\x08\x0b\x0c\x0e\x7f`},
		{"\u009b2J", `\xc2\x9b2J`}, // CSI of C1 in UTF-8
		{"\x9b2J", `\x9b2J`},       // and as one byte
		{"\u202eabc\u2066\u200f", `\xe2\x80\xaeabc\xe2\x81\xa6\xe2\x80\x8f`},     // directions of text
		{"\u2028\u2029", `\xe2\x80\xa8\xe2\x80\xa9`},                             // ends of lines
		{"\xc0\xaf\xed\xa0\x80\xff", `\xc0\xaf\xed\xa0\x80\xff`},                 // no UTF-8
		{"\xe4\xb8", `\xe4\xb8`},                                                 // the rest never comes
		{"\xe4\xb8\x1b[m", `\xe4\xb8\x1b[m`},                                     // something else comes
		{"\ufffd\ufeff", "\ufffd\ufeff"},                                         // a real replacement character
		{strings.Repeat("ä", 1000) + "\xc3", strings.Repeat("ä", 1000) + `\xc3`}, // held back behind much
	} {
		if got := shown(t, [][]byte{[]byte(x.from)}); got != x.want {
			t.Errorf("%q is shown as %q, want %q", x.from, got, x.want)
		}
		if got := shown(t, cutUp([]byte(x.from), bytes.Repeat([]byte{1}, len(x.from)))); got != x.want {
			t.Errorf("%q, byte by byte, is shown as %q, want %q", x.from, got, x.want)
		}
	}
}

func TestARuneIsShownAsSoonAsItIsWhole(t *testing.T) {
	var out bytes.Buffer
	s := &escaper{to: &out}
	for _, x := range []struct{ piece, want string }{{"a\xe4", "a"}, {"\xb8", "a"}, {"\x96", "a世"}, {"b\xc3", "a世b"}, {"\xa4", "a世bä"}} {
		if _, _ = s.Write([]byte(x.piece)); out.String() != x.want {
			t.Errorf("after %q the terminal has %q, want %q", x.piece, out.String(), x.want)
		}
	}
}

func TestAFailedWriteToATerminalIsCountedInBytesThatCame(t *testing.T) {
	broken := errors.New("broken")
	s := &escaper{to: writeFunc(func(p []byte) (int, error) { return len(p) / 2, broken })}
	if n, err := s.Write([]byte("\x1b\x1b\x1b")); n != 0 || err != broken {
		t.Errorf("%d, %v", n, err)
	}
}

// Two clients' runes are cut, and one writes in the middle of the other's.
func TestClientsThatShareATerminalDoNotCutEachOthersRunes(t *testing.T) {
	var out bytes.Buffer
	all := &SharedStdio{std: &End{Stream: &tapeOut{&tape{}, &out}}, escapes: true}
	a, b := all.share(nil), all.share(nil)
	_, _ = a.Write([]byte("a\xc3"))
	_, _ = b.Write([]byte("b\xc3"))
	_, _ = a.Write([]byte("\xa4"))
	_, _ = b.Write([]byte("\xb6"))
	_, _ = b.Write([]byte("\xe4"))
	if err := b.flush(); err != nil || out.String() != `abäö\xe4` {
		t.Errorf("%q, %v", out.String(), err)
	}
}

type tapeOut struct {
	*tape
	out io.Writer
}

func (s *tapeOut) Write(p []byte) (int, error) { return s.out.Write(p) }

// A nearScreen is a near end whose user looks at a terminal.
type nearScreen struct {
	*near
	*escaper
}

func (s nearScreen) Write(p []byte) (int, error) { return s.escaper.Write(p) }

func TestWhatIsHeldBackIsShownHoweverTheSessionEnds(t *testing.T) {
	r := rows()[0]
	for name, end := range map[string]func(*End, context.CancelFunc){
		"in order":   func(peer *End, _ context.CancelFunc) { peer.CloseInOrder() },
		"by a reset": func(peer *End, _ context.CancelFunc) { _ = peer.Close() },
		"called off": func(peer *End, cancel context.CancelFunc) { cancel() },
	} {
		far, peer := pair(t, r)
		n, _ := r.nearEnd(t, nil)
		var out buffered
		ctx, cancel := context.WithCancel(context.Background())
		joined := make(chan Outcome, 1)
		go func() {
			joined <- Pump{}.Join(ctx, &End{Stream: nearScreen{n, &escaper{to: &out}}, Name: "near", Input: InputTerminal}, far)
		}()
		_, _ = peer.Write([]byte("held\xe4\xb8"))
		out.await(t, "held")
		end(peer, cancel)
		<-joined
		if got := out.String(); got != `held\xe4\xb8` {
			t.Errorf("%s: the terminal has %q", name, got)
		}
		cancel()
		_ = peer.Close()
	}
}

func FuzzEscape(f *testing.F) {
	for _, s := range []string{"", "plain\r\n", "\x1b[2J\xc3", "\xc2\x9b", "Grüße 世界\u202e", "\xe4\xb8\x96\xf0\x9f\x91", "\xed\xa0\x80\xff\\x1b"} {
		f.Add([]byte(s), []byte{1, 2, 1, 0, 3})
	}
	f.Fuzz(func(t *testing.T, from, cuts []byte) {
		whole := shown(t, [][]byte{from})
		if got := shown(t, cutUp(from, cuts)); got != whole {
			t.Fatalf("%q is shown as %q, cut by %v as %q", from, whole, cuts, got)
		}
		if !utf8.ValidString(whole) {
			t.Fatalf("%q is shown as %q, no UTF-8", from, whole)
		}
		plain := utf8.Valid(from)
		for _, r := range whole {
			if r < ' ' && !strings.ContainsRune("\t\r\n", r) || r >= 0x7f && isObeyed(r) {
				t.Fatalf("%q is shown as %q: %U", from, whole, r)
			}
		}
		for _, r := range string(from) {
			plain = plain && (strings.ContainsRune("\t\r\n", r) || r >= ' ' && r != 0x7f && !isObeyed(r))
		}
		if plain != (whole == string(from)) {
			t.Fatalf("%q is shown as %q", from, whole)
		}
	})
}

func TestADialogueAtATerminalShowsTheLastByteThatIsNoUTF8(t *testing.T) {
	var out near
	told := false
	screen := &End{Stream: nearScreen{&out, &escaper{to: &out}}, Name: "near", Input: InputNone}
	screen.paces(pacing{piece: func(p []byte) int { told = true; return len(p) }})
	end, peer := pair(t, rows()[0])
	go func() {
		_, _ = peer.Write([]byte("ok\xc3"))
		_ = peer.CloseWrite()
		_, _ = io.ReadAll(peer)
		peer.CloseInOrder()
	}()
	o := Pump{}.Join(context.Background(), converse(t, patience, "await ok", "say thanks").Between(screen, end), end)
	if o.Err != nil || out.out.String() != `ok\xc3` {
		t.Errorf("%+v, %q", o, out.out.String())
	}
	if !told {
		t.Error("who asked to be told before the first Write was not")
	}
}
