package main

import (
	"strings"
	"testing"
	"time"
)

// paced makes the pace of a session that moved so many bytes in the last five seconds.
func paced(sent, received, before, size int64) pace {
	now := time.Now()
	return pace{{now.Add(-5 * time.Second), before, 0, size}, {now, sent, received, size}}
}

func TestABarSaysHowFarHowFastAndHowLong(t *testing.T) {
	for _, x := range []struct {
		pace  pace
		width int
		want  string
	}{
		{paced(12e8, 0, 6.4e8, 40e8), 79, "  1.2 of 4.0 GB  30 %  [=========>                      ]  112 MB/s   25 s left"},
		{paced(12e8, 0, 6.4e8, 40e8), 120, "  1.2 of 4.0 GB  30 %  [=====================>                                                   ]  112 MB/s   25 s left"},
		{paced(12e8, 0, 6.4e8, 40e8), 50, "  1.2 of 4.0 GB  30 %  112 MB/s  25 s left"},
		{paced(12e8, 0, 6.4e8, 40e8), 32, "  1.2 of 4.0 GB  30 %  112 MB/s"},
		{paced(12e8, 0, 6.4e8, 40e8), 10, ""},
		{paced(5000, 0, 0, 40e8), 79, "  5.0 kB of 4.0 GB   0 %  [>                            ]  1.0 kB/s "},
		{paced(1e8, 0, 0, 40e8), 79, "  100.0 MB of 4.0 GB   2 %  [>                   ]  20.0 MB/s  3 min 15 s left"},
		{paced(1e8, 0, 1e8, 40e8), 79, "  100.0 MB of 4.0 GB   2 %  [>                          ]  0 B/s    "},
		{paced(40e8, 0, 35e8, 40e8), 79, "  4.0 GB sent  100 MB/s"},
		{paced(40e8, 5e6, 40e8, 40e8), 79, "  4.0 GB sent, 5.0 MB received  1.0 MB/s"},
		{paced(0, 999, 0, 0), 79, "  999 B received  199 B/s"},
		{paced(45e8, 0, 40e8, 40e8), 79, "  4.5 GB sent  100 MB/s"}, // the file has grown
	} {
		if got := x.pace.bar(x.width); got != x.want {
			t.Errorf("%d columns:\n%q, want\n%q", x.width, got, x.want)
		}
	}
}

func TestABarIsNeverWiderThanTheTerminal(t *testing.T) {
	for _, size := range []int64{0, 1, 999, 1e6, 4e9, 5e18} {
		for _, share := range []int64{0, 1, 3, 10, 97, 100, 120} {
			for _, before := range []int64{0, 1} {
				sent := size / 100 * share
				for width := range 220 {
					if got := paced(sent, before*4e9, sent*before, size).bar(width); len(got) > width {
						t.Fatalf("%d columns: %d, %q", width, len(got), got)
					}
				}
			}
		}
	}
}

func TestTheTimeLeftIsSaidAsPeopleSayIt(t *testing.T) {
	for seconds, want := range map[float64]string{0.2: "1 s left", 25: "25 s left", 99: "99 s left", 100: "1 min 40 s left",
		3599: "59 min 59 s left", 3600: "1 h 0 min left", 7500: "2 h 5 min left", 1e6: "", 1e300: ""} {
		if got := timeLeft(seconds); got != want {
			t.Errorf("%g s: %q, want %q", seconds, got, want)
		}
	}
}

// The rate is that of the last seconds: a session that stands still says so.
func TestTheRateIsOfTheLastSeconds(t *testing.T) {
	begin := time.Now()
	var p pace
	for i := range 100 {
		p.seen(sample{at: begin.Add(time.Duration(i) * 200 * time.Millisecond), sent: min(int64(i), 50) * 2e6})
	}
	if got := p.rate(); got != 0 || len(p) > 27 {
		t.Errorf("%d B/s ten seconds after the last byte, of %d samples", got, len(p))
	}
	p = nil
	for i := range 100 {
		p.seen(sample{at: begin.Add(time.Duration(i) * 200 * time.Millisecond), received: int64(i) * 2e6})
	}
	if got := p.rate(); got != 10e6 {
		t.Errorf("%d B/s, want 10 MB/s", got)
	}
}

// A screen is a terminal's, on which lines are written: what it shows in the end.
func screenOf(written string) string {
	var done []string
	row, column := []byte(nil), 0
	for i := range len(written) {
		switch c := written[i]; c {
		case '\r':
			column = 0
		case '\n':
			done, row, column = append(done, strings.TrimRight(string(row), " ")), nil, 0
		default:
			for len(row) <= column {
				row = append(row, ' ')
			}
			row[column] = c
			column++
		}
	}
	return strings.Join(append(done, strings.TrimRight(string(row), " ")), "\n")
}

func TestMessagesAndTheBottomLineNeverMix(t *testing.T) {
	var b bottom
	screen := ""
	for _, x := range []struct {
		entry entry
		want  string
	}{
		{entry{text: "one\n"}, "one\n"},
		{entry{text: "a bar of some length", kind: drawn}, "one\na bar of some length"},
		{entry{text: "a short bar", kind: drawn}, "one\na short bar"},
		{entry{text: "two\n"}, "one\ntwo\na short bar"},
		{entry{text: "three\nfour\n"}, "one\ntwo\nthree\nfour\na short bar"},
		{entry{kind: drawn}, "one\ntwo\nthree\nfour\n"},
		{entry{kind: drawn}, "one\ntwo\nthree\nfour\n"},
		{entry{text: "bar", kind: drawn}, "one\ntwo\nthree\nfour\nbar"},
		{entry{kind: dropped}, "one\ntwo\nthree\nfour\nbar"},
		{entry{text: "five\n"}, "one\ntwo\nthree\nfour\nfive\n"}, // over it, if nothing else has moved the cursor
	} {
		screen += b.over(x.entry)
		if got := screenOf(screen); got != x.want {
			t.Errorf("%+v: the screen shows %q, want %q", x.entry, got, x.want)
		}
	}
}

func TestNothingIsLeftOfTheBottomLine(t *testing.T) {
	var to strings.Builder
	l := newLog(&to)
	l.show("half of it")
	l.add("a message\n")
	l.close()
	l.show("too late")
	if got := screenOf(to.String()); got != "a message\n" {
		t.Errorf("the screen shows %q", got)
	}
}
