package main

import "slices"

// A figure is one thing that is measured, of several contenders.
type figure struct {
	section string
	name    string
	unit    string
	lower   bool // less is better
	digits  int  // after the point
	meaning string
	charted bool
	subject string // the row that the bars are about; subjectName if empty
	bars    []bar
	rows    []*row
}

// Names of contenders that mean more than a program.
const (
	subjectName = "fid"         // what all this is about
	otherName   = "fid (other)" // the second fid that -vs adds; nobody's peer
	bareName    = "C epoll"     // the C program
	ncName      = "nc"          // whatever the program is called
)

// A row is what one contender reached.
type row struct {
	name    string
	samples []float64
	failed  *defect // why there is no figure
}

func newFigure(f figure, contenders []string) *figure {
	for _, name := range contenders {
		f.rows = append(f.rows, &row{name: name})
	}
	if f.subject == "" {
		f.subject = subjectName
	}
	return &f
}

// value is the median of a row's samples.
func (r *row) value() (float64, bool) {
	if r.failed != nil || len(r.samples) == 0 {
		return 0, false
	}
	return median(r.samples), true
}

// own is the subject's value.
func (f *figure) own() (float64, bool) {
	for _, r := range f.rows {
		if r.name == f.subject {
			return r.value()
		}
	}
	return 0, false
}

// best is the best of the rows named, false if none of them has a figure.
func (f *figure) best(names []string) (*row, float64, bool) {
	var best *row
	var value float64
	for _, r := range f.rows {
		v, ok := r.value()
		if ok && slices.Contains(names, r.name) && (best == nil || f.lower && v < value || !f.lower && v > value) {
			best, value = r, v
		}
	}
	return best, value, best != nil
}

// format writes a value of this figure with its unit.
func (f *figure) format(v float64) string {
	return number(v, f.digits) + " " + f.unit
}
