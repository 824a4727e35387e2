package netio

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// A Dialogue is what is said to a far end in place of standard input, and what is awaited
// of it, in turn. Each session has it from its start.
type Dialogue struct {
	Steps []Step
	Limit time.Duration // how long a step may take while something is still awaited; 0 is for ever
	Flag  string        // the flag that sets Limit, for the message
}

// A Step is one of the two.
type Step struct {
	Send   []byte       // said, if Expect is nil
	Expect *Expectation // awaited, in what has come since the last one was met
}

// Between returns a near end that has the dialogue with far, and writes what far says to
// near. Nothing is read from near. Its input ends behind the last step. A session whose far
// end finishes or breaks off before all that is awaited has come ends with a KindCheck, as
// does one with a step that takes too long.
func (d *Dialogue) Between(near, far *End) *End {
	s := &script{Stream: near.Stream, dialogue: d, far: far, lost: make(chan error, 1)}
	s.changed.L = &s.mu
	for i := range d.Steps {
		if d.Steps[i].Expect != nil {
			s.awaited = append(s.awaited, i)
		}
	}
	s.search = s.nextSearch(-1)
	return &End{Stream: s, Name: near.Name, Input: InputStream, pacing: near.pacing, lost: s.lost, script: s}
}

// unmet is the failure of what is awaited next; how tells what ended the wait.
func (s *script) unmet(how string) error {
	step := s.awaited[s.met]
	e := &Error{Kind: KindCheck, Addr: s.far.Name, Expected: s.dialogue.Steps[step].Expect.text}
	e.Seen, _ = s.seen.last()
	e.What = fmt.Sprintf("expected /%s/ (%s), saw %s%s", cut(e.Expected), s.number(step), &s.seen, how)
	return e
}

// tooLate is the failure of a step whose clock has run out.
func (s *script) tooLate() error {
	within := " within " + Seconds(s.dialogue.Limit) + " (" + s.dialogue.Flag + ")"
	if s.dialogue.Steps[s.step].Expect != nil {
		return s.unmet(within)
	}
	return &Error{Kind: KindCheck, Addr: s.far.Name, What: s.number(s.step) + " could not be sent" + within}
}

func (s *script) number(step int) string {
	return fmt.Sprintf("step %d of %d", step+1, len(s.dialogue.Steps))
}

// maxSeen is how much of what has come a message shows, once it is escaped.
const maxSeen = 200

// A sight is what has come since the last expectation was met, as far as a message shows it.
type sight struct {
	tail []byte
	came int64
}

func (s *sight) add(p []byte) {
	s.came += int64(len(p))
	s.tail = append(s.tail, p[max(0, len(p)-maxSeen):]...)
	s.tail = s.tail[max(0, len(s.tail)-maxSeen):]
}

// last is the end of what has come, and whether that is all of it.
func (s *sight) last() (escaped string, all bool) {
	tail := s.tail
	for escaped = Escaped(tail); len(escaped) > maxSeen; escaped = Escaped(tail) {
		tail = tail[(len(escaped)-maxSeen+3)/4:] // a byte makes four characters at most
	}
	return escaped, int64(len(tail)) == s.came
}

func (s *sight) String() string {
	escaped, all := s.last()
	switch {
	case s.came == 0:
		return "nothing"
	case all:
		return `"` + escaped + `"`
	}
	return Bytes(s.came) + ` that end in "` + escaped + `"`
}

// Escaped writes bytes as --send takes them: what is no printable text behind a backslash.
func Escaped(p []byte) string {
	var b strings.Builder
	for len(p) > 0 {
		r, n := utf8.DecodeRune(p)
		switch {
		case r == '\\':
			b.WriteString(`\\`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == utf8.RuneError && n == 1 || !strconv.IsPrint(r):
			for _, raw := range p[:n] {
				fmt.Fprintf(&b, `\x%02x`, raw)
			}
		default:
			b.Write(p[:n])
		}
		p = p[n:]
	}
	return b.String()
}
