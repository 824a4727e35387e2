package main

import "fmt"

// A bar says what the subject should reach: factor times the best of the rows
// named in against, or factor itself if there are none.
type bar struct {
	against []string
	factor  float64
	exact   bool // neither more nor less, but for what printing rounds
}

// A verdict is what came of a bar.
type verdict struct {
	bar, result string
	word        string
}

// The words of verdicts.
const (
	reached   = "reached"
	missed    = "missed"
	notJudged = "not judged"
)

// judge says what came of every bar.
func (f *figure) judge() []verdict {
	var all []verdict
	for _, b := range f.bars {
		all = append(all, f.judgeOne(b))
	}
	return all
}

func (f *figure) judgeOne(b bar) verdict {
	own, ok := f.own()
	if b.against == nil {
		v := verdict{f.sign(b) + " " + f.format(b.factor), notMeasured, notJudged}
		if ok {
			v.result, v.word = f.format(own), f.compare(b, own, b.factor)
		}
		return v
	}
	best, value, measured := f.best(b.against)
	if !ok || !measured {
		against := listed(b.against)
		if len(b.against) > 1 {
			against = "the best of " + against
		}
		return verdict{fmt.Sprintf("%s %s × %s", f.sign(b), trim(b.factor), against), notMeasured, notJudged}
	}
	return verdict{
		bar:    fmt.Sprintf("%s %s × %s", f.sign(b), trim(b.factor), best.name),
		result: ratio(own, value) + " ×",
		word:   f.compare(b, own, b.factor*value),
	}
}

// sign is the direction of a bar in words.
func (f *figure) sign(b bar) string {
	switch {
	case b.exact:
		return "exactly"
	case f.lower:
		return "at most"
	}
	return "at least"
}

// compare holds a value against a limit.
func (f *figure) compare(b bar, own, limit float64) string {
	ok := own >= limit
	switch {
	case b.exact:
		ok = number(own, f.digits) == number(limit, f.digits)
	case f.lower:
		ok = own <= limit
	}
	if ok {
		return reached
	}
	return missed
}
