package netio

import (
	"errors"
	"regexp/syntax"
)

// An Expectation is a regular expression (RE2) that what a far end says is searched for. It
// is one over bytes: \xHH is that byte, and a character that is not ASCII stands for the
// bytes that it is typed as. ^ and $ are the beginning and the end of a line, with or
// without a carriage return before its end; \A is directly behind what was found last.
//
// It is met by the shortest of what has come in which it is found, by a byte at least. So how
// the bytes were cut on their way makes no difference, and none needs to be kept. What looks
// ahead ($, \b, \z) waits for the next byte, or the far end's end.
type Expectation struct {
	text    string // as it was typed
	prog    *syntax.Prog
	looksOn bool // it looks at the byte behind what it finds
}

// ParseExpectation reads a regular expression. The error says what is wrong with it.
func ParseExpectation(text string) (*Expectation, error) {
	re, err := syntax.Parse(latin1(text), syntax.Perl&^syntax.OneLine)
	var wrong *syntax.Error
	switch {
	case errors.As(err, &wrong):
		return nil, errors.New(wrong.Code.String())
	case err != nil:
		return nil, err
	}
	prog, err := syntax.Compile(endOfLine(re).Simplify())
	if err != nil {
		return nil, err
	}
	e := &Expectation{text: text, prog: prog}
	for _, inst := range prog.Inst {
		if inst.Op == syntax.InstEmptyWidth && syntax.EmptyOp(inst.Arg)&^behind != 0 {
			e.looksOn = true
		}
	}
	return e, nil
}

// behind are the assertions that what has come decides.
const behind = syntax.EmptyBeginLine | syntax.EmptyBeginText

// latin1 makes a character of each byte, so that one of an expression stands for one of
// what it is searched in.
func latin1(bytes string) string {
	runes := make([]rune, len(bytes))
	for i := range len(bytes) {
		runes[i] = rune(bytes[i])
	}
	return string(runes)
}

// endOfLine has every $ stand before a carriage return, too.
func endOfLine(re *syntax.Regexp) *syntax.Regexp {
	if re.Op == syntax.OpEndLine {
		cr := &syntax.Regexp{Op: syntax.OpLiteral, Rune: []rune{'\r'}}
		maybe := &syntax.Regexp{Op: syntax.OpQuest, Sub: []*syntax.Regexp{cr}}
		return &syntax.Regexp{Op: syntax.OpConcat, Sub: []*syntax.Regexp{maybe, re}}
	}
	for i := range re.Sub {
		re.Sub[i] = endOfLine(re.Sub[i])
	}
	return re
}

// A search runs an Expectation over bytes as they come, all its threads in step (Thompson's
// simulation): its time for a byte is bounded by the size of the expression.
type search struct {
	of        *Expectation
	prev      rune // the byte before; -1 at the beginning
	came      bool // a byte has come since the last one was met
	found     bool // it is met as soon as one has
	now, next threads
}

// Threads are a set of instructions.
type threads struct {
	list []uint32
	in   []bool
}

func (t *threads) add(pc uint32) {
	if !t.in[pc] {
		t.in[pc] = true
		t.list = append(t.list, pc)
	}
}

func (t *threads) clear() {
	for _, pc := range t.list {
		t.in[pc] = false
	}
	t.list = t.list[:0]
}

// begin searches for e in what follows; prev is the byte before that, -1 where there is none.
func begin(e *Expectation, prev rune) *search {
	s := &search{of: e, prev: prev}
	s.now.in, s.next.in = make([]bool, len(e.prog.Inst)), make([]bool, len(e.prog.Inst))
	s.arrive()
	return s
}

// feed searches p. It returns how much of it belongs to what meets the expectation, and
// whether that has come: a byte that was only looked at does not belong.
func (s *search) feed(p []byte) (n int, met bool) {
	for i, b := range p {
		if s.of.looksOn && s.lookOn(rune(b)) {
			if s.came {
				return i, true
			}
			s.found = true
		}
		s.next.clear()
		for _, pc := range s.now.list {
			if inst := &s.of.prog.Inst[pc]; consumes(inst.Op) && inst.MatchRune(rune(b)) {
				s.next.add(inst.Out)
			}
		}
		s.now, s.next = s.next, s.now
		s.prev, s.came = rune(b), true
		if s.arrive(); s.found {
			return i + 1, true
		}
	}
	return len(p), false
}

// end tells that nothing follows. It reports whether that meets the expectation.
func (s *search) end() bool { return s.lookOn(-1) && s.came }

func consumes(op syntax.InstOp) bool {
	switch op {
	case syntax.InstRune, syntax.InstRune1, syntax.InstRuneAny, syntax.InstRuneAnyNotNL:
		return true
	}
	return false
}

// arrive begins a search at this place as well, and follows all as far as the bytes before
// it decide.
func (s *search) arrive() {
	s.now.add(uint32(s.of.prog.Start))
	if s.follow(s.holds('x') & behind) {
		s.found = true
	}
}

// lookOn follows what waits to know the next byte, too; -1 is the end.
func (s *search) lookOn(next rune) (found bool) { return s.follow(s.holds(next)) }

// holds are the assertions that hold before next.
func (s *search) holds(next rune) syntax.EmptyOp {
	holds := syntax.EmptyOpContext(s.prev, next) &^ syntax.EmptyBeginText
	if !s.came {
		holds |= syntax.EmptyBeginText
	}
	return holds
}

// follow goes on from every thread without a byte, where the assertions that hold allow
// it. It reports whether one has come to its end.
func (s *search) follow(holds syntax.EmptyOp) (found bool) {
	for i := 0; i < len(s.now.list); i++ {
		switch inst := &s.of.prog.Inst[s.now.list[i]]; inst.Op {
		case syntax.InstAlt, syntax.InstAltMatch:
			s.now.add(inst.Out)
			s.now.add(inst.Arg)
		case syntax.InstCapture, syntax.InstNop:
			s.now.add(inst.Out)
		case syntax.InstEmptyWidth:
			if syntax.EmptyOp(inst.Arg)&^holds == 0 {
				s.now.add(inst.Out)
			}
		case syntax.InstMatch:
			found = true
		}
	}
	return found
}
