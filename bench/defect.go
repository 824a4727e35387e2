package main

import "errors"

// A defect is why there is no figure, in the words that tables have room for.
type defect struct {
	word string
	err  error
}

func (d *defect) Error() string { return d.word + ": " + d.err.Error() }

func (d *defect) Unwrap() error { return d.err }

// The words of defects.
const (
	failedWord  = "failed"
	lostData    = "lost data"
	didNotEnd   = "did not end"
	notMeasured = "not measured"
)

// asDefect is the defect in an error, or the plainest one.
func asDefect(err error) *defect {
	var d *defect
	if errors.As(err, &d) {
		return d
	}
	return &defect{failedWord, err}
}
