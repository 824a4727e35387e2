package netio

import (
	"strconv"
	"sync"
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
	timeAt int // where in record its time of day has its place; 0: it has none
}

// bytes shows p, which is sent or was received now. Nothing that is shown waits, as what comes
// before a Read or Write does: a session has to end.
func (s *dumpSide) bytes(p []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.header()
	s.record = append(strconv.AppendInt(append(append(s.record, s.verb...), ' '), int64(len(p)), 10), " B"...)
	if s.dump.Text { // hex has its offsets
		s.record = strconv.AppendInt(append(s.record, " at "...), s.offset, 10)
	}
	s.endHeader()
	if s.dump.Text {
		s.text(p)
	} else {
		s.hex(p)
	}
	s.offset += int64(len(p))
	s.write()
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
	s.header()
	s.record = append(s.record, what...)
	s.endHeader()
	s.write()
}

// ended says how the direction ended.
func (s *dumpSide) ended(how string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.showHeld()
	s.header()
	s.record = append(strconv.AppendInt(append(append(s.record, how...), " after "...), s.offset, 10), " B"...)
	s.endHeader()
	s.write()
}

// rest shows what is held back: nothing follows.
func (s *dumpSide) rest() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.showHeld() {
		s.write()
	}
}

func (s *dumpSide) showHeld() bool {
	if len(s.held) == 0 {
		return false
	}
	s.beginLine(' ')
	s.record = appendEscaped(s.record, s.held)
	s.held = nil
	s.endLine()
	return true
}

// write writes the record that was put together.
func (s *dumpSide) write() {
	s.dump.To.addTimed(s.record, s.timeAt)
	s.record, s.timeAt = s.record[:0], 0
}

// header begins the line that says what follows, or what has happened. Its second mark is where
// what passes has a space, so no text can pretend to be one.
func (s *dumpSide) header() {
	s.beginLine(s.mark)
	s.timeAt = len(s.record) + 1
	s.record = append(s.record, " "+clockTime+"  "...)
}

func (s *dumpSide) endHeader() {
	s.record = append(s.record, s.client...)
	s.endLine()
}

// beginLine begins a line, whose second character tells what kind it is of.
func (s *dumpSide) beginLine(second byte) {
	if s.colour != "" {
		s.record = append(append(append(s.record, "\x1b["...), s.colour...), 'm')
	}
	s.record = append(s.record, s.mark, second)
}

func (s *dumpSide) endLine() {
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
		s.beginLine(' ')
		s.record = appendHexLine(s.record, s.offset+int64(at), p[at:min(at+bytesPerLine, len(p))])
		s.endLine()
	}
}

// appendHexLine appends an offset of at least 8 digits, the bytes, and what of them is ASCII.
func appendHexLine(dst []byte, offset int64, p []byte) []byte {
	for digit := int64(1) << 28; digit > max(offset, 1); digit >>= 4 {
		dst = append(dst, '0')
	}
	dst = strconv.AppendInt(dst, offset, 16)
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
	inLine := false
	for len(p) > 0 {
		size, shown := nextRune(p)
		if size == 0 {
			s.held = append(s.held, p...)
			break
		}
		if !inLine {
			s.beginLine(' ')
		}
		s.record = appendSign(s.record, p[:size], shown)
		if inLine = p[0] != '\n'; !inLine {
			s.endLine()
		}
		p = p[size:]
	}
	if inLine {
		s.endLine()
	}
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
