package netio

import (
	"io"
	"sync"
	"unicode"
	"unicode/utf8"
)

// An escaper writes what comes from the network to a terminal, which shows it and obeys none
// of it: valid UTF-8, tab, newline and carriage return pass, every other byte is written as
// \x and two hex digits. What is written does not depend on how it came in pieces: the
// beginning of a rune is held back until its rest comes, or flush tells that nothing does.
type escaper struct {
	to   io.Writer
	mu   sync.Mutex // a session that is called off does not wait for its Write
	held []byte     // the beginning of a rune
	buf  []byte
}

// Write returns how much of p was taken.
func (s *escaper) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return writeEncoded(s.to, p, &s.buf, s.encode)
}

// flush writes what is held back.
func (s *escaper) flush() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	rest := appendEscaped(nil, s.held)
	if s.held = nil; len(rest) == 0 {
		return nil
	}
	_, err := s.to.Write(rest)
	return err
}

// encode appends what is written for src.
func (s *escaper) encode(dst, src []byte) []byte {
	if len(s.held) > 0 {
		src, s.held = append(s.held, src...), nil
	}
	plain := 0 // src up to here passes as it is, and is not appended yet
	for at := 0; at < len(src); {
		size, shown := nextRune(src[at:])
		if shown || isLayout(src[at]) {
			at += size
			continue
		}
		dst = append(dst, src[plain:at]...)
		if size == 0 {
			s.held = append([]byte(nil), src[at:]...)
			return dst
		}
		dst = appendEscaped(dst, src[at:at+size])
		at += size
		plain = at
	}
	return append(dst, src[plain:]...)
}

// isLayout: what a terminal obeys, and may.
func isLayout(b byte) bool { return b == '\t' || b == '\n' || b == '\r' }

// nextRune looks at the rune that p, which is not empty, begins with: how many bytes it has,
// and whether a terminal shows it and obeys nothing. A byte that is no UTF-8 stands for
// itself. A size of 0 is the beginning of a rune whose rest is not in p.
func nextRune(p []byte) (size int, shown bool) {
	if b := p[0]; b < utf8.RuneSelf {
		return 1, b >= ' ' && b != 0x7f
	}
	if !utf8.FullRune(p) {
		return 0, false
	}
	r, size := utf8.DecodeRune(p)
	return size, (r != utf8.RuneError || size > 1) && !isObeyed(r)
}

// isObeyed: the controls of C1 (ECMA-48), which are U+0080 to U+009F, what turns the
// direction of the text around it (UAX 9), and what ends a line or paragraph.
func isObeyed(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029'
}

// appendEscaped appends each byte of p as \x and two hex digits.
func appendEscaped(dst, p []byte) []byte {
	for _, b := range p {
		dst = append(dst, '\\', 'x', hexDigits[b>>4], hexDigits[b&15])
	}
	return dst
}

const hexDigits = "0123456789abcdef"

// A writeFunc is an io.Writer of a function.
type writeFunc func([]byte) (int, error)

func (f writeFunc) Write(p []byte) (int, error) { return f(p) }
