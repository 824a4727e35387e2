package main

import (
	"errors"
	"strings"
	"testing"
)

// sampled is a figure with a value for each contender; without one it failed.
func sampled(f figure, names []string, values map[string]float64) *figure {
	made := newFigure(f, names)
	for _, r := range made.rows {
		if v, ok := values[r.name]; ok {
			r.samples = []float64{v}
		} else {
			r.failed = &defect{lostData, errors.New("1 bytes of 2")}
		}
	}
	return made
}

func verdictOf(t *testing.T, f *figure) verdict {
	t.Helper()
	all := f.judge()
	if len(all) != 1 {
		t.Fatalf("%d verdicts, want 1", len(all))
	}
	return all[0]
}

func TestBarsAgainstTheBestPeer(t *testing.T) {
	names := []string{subjectName, otherName, "nc", "ncat", "nginx"}
	values := map[string]float64{subjectName: 130, otherName: 900, "nc": 80, "ncat": 100, "nginx": 500}
	higher := figure{bars: []bar{{against: []string{"nc", "ncat"}, factor: 1.3}}}
	if v := verdictOf(t, sampled(higher, names, values)); v != (verdict{"at least 1.3 × ncat", "1.30 ×", reached}) {
		t.Errorf("more is better: %+v", v)
	}
	lower := figure{lower: true, bars: []bar{{against: []string{"nc", "ncat"}, factor: 1.5}}}
	if v := verdictOf(t, sampled(lower, names, values)); v != (verdict{"at most 1.5 × nc", "1.62 ×", missed}) {
		t.Errorf("less is better: %+v", v)
	}
}

func TestBarsWithoutPeers(t *testing.T) {
	names := []string{subjectName}
	for _, c := range []struct {
		own  float64
		bar  bar
		word string
	}{
		{2.999, bar{factor: 3}, reached},
		{3.001, bar{factor: 3}, missed},
		{2.001, bar{factor: 2, exact: true}, reached},
		{1.99, bar{factor: 2, exact: true}, missed},
	} {
		f := figure{lower: true, digits: 2, bars: []bar{c.bar}}
		if v := verdictOf(t, sampled(f, names, map[string]float64{subjectName: c.own})); v.word != c.word {
			t.Errorf("%v against %+v: %+v, want %s", c.own, c.bar, v, c.word)
		}
	}
}

func TestNoFigureIsNoVerdict(t *testing.T) {
	names := []string{subjectName, "nc"}
	f := figure{bars: []bar{{against: []string{"nc"}, factor: 1}}}
	for _, values := range []map[string]float64{{subjectName: 1}, {"nc": 1}} {
		if v := verdictOf(t, sampled(f, names, values)); v.word != notJudged {
			t.Errorf("with %v: %+v, want %s", values, v, notJudged)
		}
	}
}

func TestTable(t *testing.T) {
	f := sampled(figure{section: "relay", name: "bulk", unit: "GB/s", digits: 2}, []string{subjectName, "nc", "rinetd"},
		map[string]float64{subjectName: 2, "nc": 1})
	f.rows[1].samples = []float64{1.25, 1, 0.5}
	var b strings.Builder
	if err := printFigure(&b, f); err != nil {
		t.Fatal(err)
	}
	const want = `
relay: bulk (higher is better)
  contender  median     range        ÷ fid
  fid        2.00 GB/s  2.00 – 2.00  1.00
  nc         1.00 GB/s  0.50 – 1.25  0.50
  rinetd     lost data
  rinetd lost data: 1 bytes of 2
`
	var got strings.Builder
	for line := range strings.Lines(b.String()) {
		got.WriteString(strings.TrimRight(line, " \n") + "\n")
	}
	if got.String() != want {
		t.Errorf("got %s\nwant %s", got.String(), want)
	}
}
