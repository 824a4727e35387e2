package main

import (
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
)

// cells are a row as tables show it: name, median, range, ratio to the subject.
func (f *figure) cells(r *row) []string {
	if r.failed != nil {
		return []string{r.name, r.failed.word, "", ""}
	}
	v, ok := r.value()
	if !ok {
		return []string{r.name, notMeasured, "", ""}
	}
	spread := number(slices.Min(r.samples), f.digits) + " – " + number(slices.Max(r.samples), f.digits)
	times := "–"
	if own, ok := f.own(); ok {
		times = ratio(v, own)
	}
	return []string{r.name, f.format(v), spread, times}
}

// better says which direction is the good one.
func (f *figure) better() string {
	if f.lower {
		return "lower is better"
	}
	return "higher is better"
}

// printFigure writes a figure for a terminal.
func printFigure(w io.Writer, f *figure) error {
	fmt.Fprintf(w, "\n%s: %s (%s)\n", f.section, f.name, f.better())
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "  contender\tmedian\trange\t÷ %s\n", f.subject)
	for _, r := range f.rows {
		c := f.cells(r)
		fmt.Fprintf(t, "  %s\t%s\t%s\t%s\n", c[0], c[1], c[2], c[3])
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, r := range f.rows {
		if r.failed != nil {
			fmt.Fprintf(w, "  %s %v\n", r.name, r.failed)
		}
	}
	for _, v := range f.judge() {
		fmt.Fprintf(w, "  bar: %s: %s, %s\n", v.bar, v.result, v.word)
	}
	return nil
}
