package netio

import (
	"strconv"
	"sync"
	"time"
)

// A dumpSide writes the records of one direction.
type dumpSide struct {
	dump   *Dump
	mark   byte   // what its lines begin with
	verb   string // what is done to its bytes
	colour string // see Dump.Colours
	client string // whose they are, for the end of a record's first line; may be empty

	mu     sync.Mutex // Read or Write, and who ends them
	offset int64      // of the bytes to come
	held   []byte     // with Text, the beginning of a rune whose rest has not come
	record []byte
}

// bytes shows p, which is sent or was received now.
func (s *dumpSide) bytes(p []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	what := s.verb + " " + strconv.Itoa(len(p)) + " B"
	if s.dump.Text { // there hex has its offsets
		what += " at " + strconv.FormatInt(s.offset, 10)
	}
	s.record = s.record[:0]
	s.header(what)
	if s.dump.Text {
		s.text(p)
	} else {
		s.hex(p)
	}
	s.offset += int64(len(p))
	s.dump.To.write(s.record)
}

// short says that of the last size bytes only n were taken, and if it is known, why.
func (s *dumpSide) short(n, size int, why string) {
	what := "only " + strconv.Itoa(n) + " of " + strconv.Itoa(size) + " B were taken"
	if why != "" {
		what += ": " + why
	}
	s.mu.Lock()
	s.offset -= int64(size - n)
	s.held = nil // it may not have been sent
	s.mu.Unlock()
	s.says(what)
}

// says adds a line of our own words.
func (s *dumpSide) says(what string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.record = s.record[:0]
	s.header(what)
	s.dump.To.write(s.record)
}

// ended says how the direction ended.
func (s *dumpSide) ended(how string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.record = s.record[:0]
	s.showHeld()
	s.header(how + " after " + strconv.FormatInt(s.offset, 10) + " B")
	s.dump.To.write(s.record)
}

// rest shows what is held back: nothing follows.
func (s *dumpSide) rest() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.record = s.record[:0]; len(s.held) > 0 {
		s.showHeld()
		s.dump.To.write(s.record)
	}
}

func (s *dumpSide) showHeld() {
	if len(s.held) > 0 {
		s.line(func(dst []byte) []byte { return appendEscaped(dst, s.held) })
		s.held = nil
	}
}

// header adds the line that says what follows, or what has happened. Its second mark is where
// what passes has a space, so no text can pretend to be one.
func (s *dumpSide) header(what string) {
	s.line(func(dst []byte) []byte {
		dst = time.Now().AppendFormat(append(dst[:len(dst)-1], s.mark), " 15:04:05.000000  ")
		return append(append(dst, what...), s.client...)
	})
}

// line adds a line, of which add appends all but its mark.
func (s *dumpSide) line(add func([]byte) []byte) {
	if s.colour != "" {
		s.record = append(append(append(s.record, "\x1b["...), s.colour...), 'm')
	}
	s.record = add(append(s.record, s.mark, ' '))
	if s.colour != "" {
		s.record = append(s.record, "\x1b[0m"...)
	}
	s.record = append(s.record, '\n')
}

// bytesPerLine is what fits: with mark and offset a line takes 78 of 80 columns, and one more
// beyond 4 GiB.
const bytesPerLine = 16

// hex adds p in lines of hex and ASCII.
func (s *dumpSide) hex(p []byte) {
	for at := 0; at < len(p); at += bytesPerLine {
		s.line(func(dst []byte) []byte {
			return appendHexLine(dst, s.offset+int64(at), p[at:min(at+bytesPerLine, len(p))])
		})
	}
}

// appendHexLine appends an offset of at least 8 digits, the bytes, and what of them is ASCII.
func appendHexLine(dst []byte, offset int64, p []byte) []byte {
	digits := strconv.FormatInt(offset, 16)
	for range 8 - len(digits) {
		dst = append(dst, '0')
	}
	dst = append(dst, digits...)
	for i := range bytesPerLine {
		if i%8 == 0 {
			dst = append(dst, ' ')
		}
		if i < len(p) {
			dst = append(dst, ' ', hexDigits[p[i]>>4], hexDigits[p[i]&15])
		} else {
			dst = append(dst, "   "...)
		}
	}
	dst = append(dst, ' ', ' ')
	for _, b := range p {
		if b < ' ' || b > '~' {
			b = '.'
		}
		dst = append(dst, b)
	}
	return dst
}

// text adds p in lines of its own, whose ends are shown as escapes. A backslash is doubled, so
// that each escape can be told from text that looks like one.
func (s *dumpSide) text(p []byte) {
	if len(s.held) > 0 {
		p, s.held = append(s.held, p...), nil
	}
	for len(p) > 0 {
		if size, _ := nextRune(p); size == 0 {
			break
		}
		s.line(func(dst []byte) []byte {
			for over := false; !over && len(p) > 0; {
				size, shown := nextRune(p)
				if size == 0 {
					break
				}
				over = p[0] == '\n'
				dst = appendSign(dst, p[:size], shown)
				p = p[size:]
			}
			return dst
		})
	}
	s.held = append([]byte(nil), p...)
}

// appendSign appends a rune, or what stands for it.
func appendSign(dst, sign []byte, shown bool) []byte {
	switch sign[0] {
	case '\n':
		return append(dst, `\n`...)
	case '\r':
		return append(dst, `\r`...)
	case '\t':
		return append(dst, `\t`...)
	case '\\':
		return append(dst, `\\`...)
	}
	if shown {
		return append(dst, sign...)
	}
	return appendEscaped(dst, sign)
}
