package netio

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestAChatSaysWhoComesSpeaksAndGoes(t *testing.T) {
	c := newCrowd(t, true)
	first, _ := c.client()
	hear(t, first, []byte("<announce> 127.0.0.1 is connected as <user1>.\n<announce> already connected: nobody.\n"))
	second, ended := c.client()
	hear(t, second, []byte("<announce> 127.0.0.1 is connected as <user2>.\n<announce> already connected: 127.0.0.1 as <user1>.\n"))
	hear(t, first, []byte("<announce> 127.0.0.1 is connected as <user2>.\n"))
	say(t, first, []byte("from a Windows\r\nhost"))
	hear(t, second, []byte("<user1> from a Windows\n"))
	say(t, second, []byte("one\ntwo\nunfinished"))
	_ = second.CloseWrite()
	hear(t, first, []byte("<user2> one\n<user2> two\n<user2> unfinished\n<announce> <user2> is disconnected.\n"))
	if o := <-ended; o.Err != nil {
		t.Error(o.Err)
	}
	if rest, err := io.ReadAll(second); err != nil || len(rest) > 0 {
		t.Errorf("%q, %v", rest, err)
	}
}

func TestAChatLetsNobodyTakeATerminalOver(t *testing.T) {
	c := newCrowd(t, true)
	victim, _ := c.client()
	hear(t, victim, []byte("<announce> 127.0.0.1 is connected as <user1>.\n<announce> already connected: nobody.\n"))
	attacker, _ := c.client()
	hear(t, victim, []byte("<announce> 127.0.0.1 is connected as <user2>.\n"))
	for said, heard := range map[string]string{
		"\x1b]0;title\x07\x1b[2J\n":             `\x1b]0;title\x07\x1b[2J`,
		"\u009b31m, C1 in UTF-8\n":              `\xc2\x9b31m, C1 in UTF-8`,
		"\x9b31m, C1 alone\n":                   `\x9b31m, C1 alone`,
		"back\b\b\b\bover\rthe line\n":          `back\x08\x08\x08\x08over\x0dthe line`,
		"\u202etxet\u2066 turned round\n":       `\xe2\x80\xaetxet\xe2\x81\xa6 turned round`,
		"\u2028<user1> no line of its own\n":    `\xe2\x80\xa8<user1> no line of its own`,
		"null \x00, delete \x7f\n":              `null \x00, delete \x7f`,
		"tab\tähnlich, 日本, 👩\u200d💻, \u00a0.\n": "tab\tähnlich, 日本, 👩\u200d💻, \u00a0.",
		"%s%n%x\n": "%s%n%x",
		"\n":       "",
	} {
		say(t, attacker, []byte(said))
		hear(t, victim, []byte("<user2> "+heard+"\n"))
	}
}

func TestALineWithoutAnEndIsNotHeldBackForEver(t *testing.T) {
	c := newCrowd(t, true)
	listener, _ := c.client()
	hear(t, listener, []byte("<announce> 127.0.0.1 is connected as <user1>.\n<announce> already connected: nobody.\n"))
	speaker, _ := c.client()
	hear(t, listener, []byte("<announce> 127.0.0.1 is connected as <user2>.\n"))
	say(t, speaker, []byte(strings.Repeat("x", maxLine-1)+"äx"))
	hear(t, listener, []byte("<user2> "+strings.Repeat("x", maxLine-1)+"\n")) // no half of an ä
	say(t, speaker, []byte("\n"))
	hear(t, listener, []byte("<user2> äx\n"))
}

// FuzzChat: whatever comes, and in whatever pieces, the others get lines that begin
// with the name and hold nothing that a terminal obeys.
func FuzzChat(f *testing.F) {
	f.Add([]byte("hello\nworld"), 3)
	f.Add([]byte("\x1b[31m\xff\xfe\u009b\r\n\n"), 1)
	f.Add([]byte(strings.Repeat("日本", maxLine/2)), 100)
	f.Fuzz(func(t *testing.T, said []byte, cutAt int) {
		whole, pieces := heardOf(t, said), []byte(nil)
		if len(said) > 0 {
			at := int(uint(cutAt) % uint(len(said)))
			pieces = heardOf(t, said[:at], said[at:])
		}
		if !bytes.Equal(whole, pieces) {
			t.Fatalf("whole:\n%q\nin pieces:\n%q", whole, pieces)
		}
		for i, r := range string(whole) {
			if unicode.IsControl(r) && r != '\n' && r != '\t' || unicode.Is(unicode.Bidi_Control, r) || r == utf8.RuneError && whole[i] != "\ufffd"[0] {
				t.Fatalf("%q", whole)
			}
		}
		for line := range bytes.Lines(whole) {
			if !bytes.HasPrefix(line, []byte("<user2> ")) || line[len(line)-1] != '\n' || len(line) > 4*maxLine+10 {
				t.Fatalf("%q", line)
			}
		}
	})
}

// heardOf returns what others hear of who says all that, and leaves.
func heardOf(t *testing.T, said ...[]byte) []byte {
	b := NewBroker(true)
	listener, _ := b.hub.join(&End{}, "")
	b.came++
	end, err := b.For(&End{Peer: "[::1]:1"}).Dial(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	listener.queue = nil
	for _, p := range said {
		listener.queued = 0
		if _, err := end.Write(p); err != nil {
			t.Fatal(err)
		}
	}
	_ = end.CloseWrite()
	return bytes.Join(listener.queue, nil)
}
