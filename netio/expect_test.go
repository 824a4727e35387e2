package netio

import (
	"bytes"
	"regexp"
	"regexp/syntax"
	"strings"
	"testing"
)

func mustExpect(t testing.TB, text string) *Expectation {
	t.Helper()
	e, err := ParseExpectation(text)
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return e
}

// searched searches for e in the pieces, and then in nothing more. It returns how many bytes
// were taken, and whether that was before the end.
func searched(e *Expectation, pieces ...[]byte) (n int, met, early bool) {
	s := begin(e, -1)
	for _, p := range pieces {
		taken, met := s.feed(p)
		n += taken
		if met {
			return n, true, true
		}
	}
	return n, s.end(), false
}

func TestAnExpectationTakesTheShortestThatMeetsIt(t *testing.T) {
	for _, row := range []struct {
		re, text string
		took     int // -1: not met; -2: met when nothing follows any more
	}{
		{"imok", "imok", 4},
		{"imok", "not imok, but more", 8},
		{"imok", "imo", -1},
		{"a+", "baaa", 2},
		{"a+b", "aac aab", 7},
		{"^250 ", "250-mail\r\n250 OK\r\n", 14},
		{"^250 ", "x250 \n", -1},
		{`\A250`, "\n250", -1},
		{"OK$", "OKAY\nOK\n", 7},
		{"OK$", "OKAY\r\nOK\r\n", 9}, // with the carriage return
		{`OK\r$`, "OK\r\n", 3},
		{"OK$", "OK", -2},
		{"^$", "head\r\n\r\nbody", 7},
		{"^$", "head\n\nbody", 5},
		{`ok\b`, "okay ok.", 7},
		{`ok\b`, "ok", -2},
		{`\bok`, "ok", 2},
		{`ok\B`, "ok okay", 5},
		{`a\z`, "aa", -2},
		{".*", "xyz", 1}, // not before a byte has come
		{"x*", "yz", 1},
		{"a.b", "a\nb", -1},
		{"(?s)a.b", "a\nb", 3},
		{`\xff\x00`, "\xfe\xff\x00", 3},
		{"é", "café", 5}, // its two bytes
		{"caf..$", "café\n", 5},
		{"[^a]", "\x80", 1},
		{"(?-m)^x", "y\nx", -1},
		{"(a|b)*c", "ababac", 6},
		{"^a", "ba", -1},
		{"^", "x", 1},
		{"^$", "\n\n", 1},
	} {
		n, met, early := searched(mustExpect(t, row.re), []byte(row.text))
		switch {
		case !met:
			n = -1
		case !early:
			n = -2
		}
		if n != row.took {
			t.Errorf("/%s/ in %q: %d, want %d", row.re, row.text, n, row.took)
		}
	}
}

func TestWhatIsNoExpressionIsToldInAClause(t *testing.T) {
	for text, want := range map[string]string{
		"(":              "missing closing )",
		"[a":             "missing closing ]",
		"a**":            "invalid nested repetition operator",
		`\`:              "trailing backslash at end of expression",
		`\8`:             "invalid escape sequence",
		"(?<=a)b":        "invalid named capture",
		"(a{999}){999}b": "invalid repeat count",
	} {
		if _, err := ParseExpectation(text); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

// What a far end says is cut somewhere else on every way.
func FuzzWhereWhatComesIsCutMakesNoDifference(f *testing.F) {
	for _, re := range []string{"imok", "^250 OK$", `a+b`, `\bx\b`, "(a|ab)(c|bcd)$", `^$`, `\xff+`, "(?i)ready|no", ".*x", `(?s)a.*b\z`} {
		f.Add(re, []byte("ab\r\nimok\r\n250 OK\r\n\xff\xff x aaab abcd\n\nREADY"), uint64(0x9249249249249249))
	}
	f.Fuzz(func(t *testing.T, re string, text []byte, cuts uint64) {
		if len(text) > 500 || len(re) > 50 {
			t.Skip()
		}
		e, err := ParseExpectation(re)
		if err != nil {
			t.Skip()
		}
		var pieces [][]byte
		for i, from := 0, 0; i < len(text); i++ {
			if cuts>>(i%64)&1 == 1 || i == len(text)-1 {
				pieces = append(pieces, text[from:i+1], nil)
				from = i + 1
			}
		}
		n, met, early := searched(e, text)
		n2, met2, early2 := searched(e, pieces...)
		if n != n2 || met != met2 || early != early2 {
			t.Errorf("/%s/ in %q: %d, %v, %v whole, and %d, %v, %v in %q", re, text, n, met, early, n2, met2, early2, pieces)
		}
		agreesWithRegexp(t, e, text, n, met, early)
	})
}

// agreesWithRegexp compares with the standard library, which is given all at once.
func agreesWithRegexp(t *testing.T, e *Expectation, text []byte, n int, met, early bool) {
	if len(text) == 0 {
		return // nothing has come
	}
	tree, err := syntax.Parse(latin1(e.text), syntax.Perl&^syntax.OneLine)
	if err != nil {
		t.Fatal(err)
	}
	re, err := regexp.Compile(endOfLine(tree).String())
	if err != nil {
		t.Skip(err)
	}
	if has := re.MatchString(latin1(string(text))); has != met {
		t.Errorf("/%s/ in %q: %v, and regexp says %v", e.text, text, met, has)
	}
	if shortest := shortestMatch(e, text); met && n != shortest {
		t.Errorf("/%s/ in %q: %d bytes are not the shortest, which is %d", e.text, text, n, shortest)
	}
}

// shortestMatch finds how much of text is needed to meet e by trying every way through it.
func shortestMatch(e *Expectation, text []byte) int {
	at := func(i int) rune {
		if i < 0 || i >= len(text) {
			return -1
		}
		return rune(text[i])
	}
	type place struct {
		pc uint32
		i  int
	}
	shortest, been := len(text)+1, map[place]bool{}
	var try func(p place)
	try = func(p place) {
		if been[p] {
			return
		}
		been[p] = true
		switch inst := &e.prog.Inst[p.pc]; {
		case inst.Op == syntax.InstMatch:
			shortest = min(shortest, max(p.i, 1)) // by a byte at least
		case inst.Op == syntax.InstAlt || inst.Op == syntax.InstAltMatch:
			try(place{inst.Out, p.i})
			try(place{inst.Arg, p.i})
		case inst.Op == syntax.InstEmptyWidth && syntax.EmptyOp(inst.Arg)&^syntax.EmptyOpContext(at(p.i-1), at(p.i)) != 0:
		case consumes(inst.Op) && p.i < len(text) && inst.MatchRune(at(p.i)):
			try(place{inst.Out, p.i + 1})
		case inst.Op == syntax.InstEmptyWidth || inst.Op == syntax.InstCapture || inst.Op == syntax.InstNop:
			try(place{inst.Out, p.i})
		}
	}
	for i := range len(text) + 1 {
		try(place{uint32(e.prog.Start), i})
	}
	return shortest
}

func TestASearchForgetsWhatHasPassed(t *testing.T) {
	s := begin(mustExpect(t, "(x+x+)+y$"), -1)
	long := bytes.Repeat([]byte("x"), 1<<20)
	for range 4 {
		if n, met := s.feed(long); met || n != len(long) {
			t.Fatal(n, met)
		}
	}
	if n, met := s.feed([]byte("y\n")); !met || n != 1 {
		t.Error(n, met)
	}
	if most := len(s.of.prog.Inst); cap(s.now.list) > 2*most || cap(s.next.list) > 2*most {
		t.Errorf("%d and %d threads of %d instructions", cap(s.now.list), cap(s.next.list), most)
	}
}

func TestWhatIsSeenIsShownAsItCanBeSent(t *testing.T) {
	var s sight
	if s.String() != "nothing" {
		t.Error(s.String())
	}
	s.add([]byte("a\\b\r\n\t\x00\xff é\x1b"))
	if want := `"a\\b\r\n\t\x00\xff é\x1b"`; s.String() != want {
		t.Errorf("%s, want %s", s.String(), want)
	}
	s.add(bytes.Repeat([]byte{1}, 3000))
	if got := s.String(); !strings.HasPrefix(got, `3.0 kB that end in "\x01`) || len(got) > maxSeen+30 {
		t.Errorf("%d: %s", len(got), got)
	}
	s = sight{}
	s.add([]byte(strings.Repeat("y", maxSeen-1)))
	s.add([]byte("z"))
	if want := `"` + strings.Repeat("y", maxSeen-1) + `z"`; s.String() != want {
		t.Error(s.String())
	}
}
