package netio

import (
	"bytes"
	"io"
	"strings"
	"testing"
)

func throughCRLF(t *testing.T, pieces [][]byte) string {
	t.Helper()
	var out tape
	s := CRLF(&End{Stream: &out})
	for _, p := range pieces {
		before := bytes.Clone(p)
		if n, err := s.Write(p); n != len(p) || err != nil {
			t.Fatalf("%d of %d bytes, %v", n, len(p), err)
		}
		if !bytes.Equal(before, p) {
			t.Fatal("a Write has changed what it was given")
		}
	}
	return string(out.written)
}

func TestALineFeedIsSentAsCRLFAndACarriageReturnIsNeverDoubled(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "a": "a", "\n": "\r\n", "\r\n": "\r\n", "\n\n": "\r\n\r\n", "\r\r\n": "\r\r\n", "\r": "\r",
		"a\nb\r\nc\rd\n": "a\r\nb\r\nc\rd\r\n", "\r\n\n": "\r\n\r\n", "\n\r": "\r\n\r",
	} {
		for at := range len(in) + 1 { // every cut into two writes, also between CR and LF
			got := throughCRLF(t, [][]byte{[]byte(in[:at]), []byte(in[at:])})
			if got != want {
				t.Errorf("%q cut at %d became %q, want %q", in, at, got, want)
			}
		}
	}
	long := strings.Repeat("a line\n", 3*maxEncoded/7)
	if got := throughCRLF(t, [][]byte{[]byte(long)}); got != strings.ReplaceAll(long, "\n", "\r\n") {
		t.Error("a long text came out otherwise")
	}
}

func FuzzCRLF(f *testing.F) {
	f.Add([]byte("a\nb\r\nc\r\n\r"), []byte{2, 2, 1})
	f.Add([]byte("\r\n"), []byte{1})
	f.Fuzz(func(t *testing.T, b, cuts []byte) {
		got, whole := throughCRLF(t, cutUp(b, cuts)), throughCRLF(t, [][]byte{b})
		want := strings.ReplaceAll(strings.ReplaceAll(string(b), "\r\n", "\n"), "\n", "\r\n")
		if got != whole || got != want {
			t.Errorf("%q cut up is %q, whole %q, want %q", b, got, whole, want)
		}
	})
}

// CRLF sends more than it is given: a message must not count below nothing.
func TestAResetCountsNoNegativeBytes(t *testing.T) {
	far, peer := pair(t, rows()[0])
	far.Stream = CRLF(far)
	if _, err := far.Write([]byte("\n\n\n\n")); err != nil {
		t.Fatal(err)
	}
	n := &near{in: strings.NewReader(strings.Repeat("\n", 1<<20)), stopped: make(chan struct{})}
	go func() {
		_, _ = io.ReadFull(peer, make([]byte, 8))
		_ = peer.Close()
	}()
	o := Pump{}.Join(t.Context(), &End{Stream: n, Name: "near", Size: 1 << 20}, far)
	if KindOf(o.Err) != KindReset || strings.Contains(o.Err.Error(), "-") {
		t.Errorf("%v", o.Err)
	}
}
