package netio

import (
	"context"
	"io"
	"os"
	"time"

	"github.com/mattn/go-isatty"
)

// A Recording is where layers write what they see, a whole record at a time. A failure to
// write never harms the session whose bytes they are: it is told at once, nothing more is
// recorded, and Close tells it again.
type Recording struct {
	name   string
	to     io.WriteCloser
	failed func(error) // told of the first failure

	turn chan struct{} // holds something while somebody writes: it can be waited for with a limit
	err  error
}

// OpenRecording makes the file, or empties it. failed is told of the first failure to write.
// A pipe is waited for until somebody opens it to read (fifo(7)), or ctx ends: the error is
// its cause then.
func OpenRecording(ctx context.Context, path string, failed func(error)) (*Recording, error) {
	var f *os.File
	var err error
	opened := make(chan struct{})
	go func() {
		f, err = os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o666)
		close(opened)
	}()
	select {
	case <-opened:
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	if err != nil {
		return nil, localError(path, err)
	}
	return &Recording{name: path, to: f, failed: failed, turn: make(chan struct{}, 1)}, nil
}

// RecordTo returns a Recording to what is open already, and stays open after Close.
func RecordTo(name string, to io.Writer, failed func(error)) *Recording {
	return &Recording{name: name, to: keptOpen{to}, failed: failed, turn: make(chan struct{}, 1)}
}

type keptOpen struct{ io.Writer }

func (keptOpen) Close() error { return nil }

// write writes a record, unless one before it failed.
func (r *Recording) write(record []byte) {
	r.turn <- struct{}{}
	defer func() { <-r.turn }()
	if r.err != nil {
		return
	}
	if _, err := r.to.Write(record); err != nil {
		r.err = localError(r.name, err)
		r.failed(r.err)
	}
}

// Close closes the file. The error is that of the first failure: what was recorded is not
// whole then. A write that is stuck, as to a pipe that nobody reads, is waited for only while
// ctx, that of the run, goes on.
func (r *Recording) Close(ctx context.Context) error {
	select {
	case r.turn <- struct{}{}:
	case <-ctx.Done():
		select {
		case r.turn <- struct{}{}:
		case <-time.After(restMoment):
			return nil
		}
	}
	defer func() { <-r.turn }()
	if err := r.to.Close(); err != nil && r.err == nil {
		r.err = localError(r.name, err)
	}
	return r.err
}

// IsTerminal reports whether a person looks at the records as they are written.
func (r *Recording) IsTerminal() bool {
	var to io.Writer = r.to
	if kept, ok := to.(keptOpen); ok {
		to = kept.Writer
	}
	f, ok := to.(*os.File)
	return ok && (isatty.IsTerminal(f.Fd()) || isatty.IsCygwinTerminal(f.Fd()))
}
