package netio

import (
	"context"
	"io"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mattn/go-isatty"
)

// A Recording is where layers write what they see, a whole record at a time and each at
// once. A failure to write never harms the session whose bytes they are: it is told at
// once, nothing more is recorded, and Close tells it again. A reader of a pipe who is slow
// slows the sessions down; one who has stopped reading holds up none that is to end.
type Recording struct {
	name   string
	given  *os.File     // was open already, and stays so; nil: Open makes the file
	to     io.Writer    // nil until Open
	failed func(error)  // told of the first failure
	last   func()       // records what the end of the run has to say; may be nil
	taken  atomic.Int64 // bytes that were written

	mu      sync.Mutex
	room    sync.Cond     // there is some again in waiting
	waiting []byte        // records that are not written yet
	ends    []int         // where each of them ends
	written chan struct{} // closed when none waits; nil while nobody writes
	closed  bool          // what comes now is nobody's
	err     error
}

// maxUnwritten is how many bytes of records may wait for a slow reader.
const maxUnwritten = 1 << 20

// LastRecords is how long a run that was called off waits for who reads its recording. It
// is the patience where a clock has run out.
const LastRecords = 500 * time.Millisecond

// NewRecording returns a Recording to a file that is open already, and stays so, or where
// that is nil to the one that name names. It is written to from Open on: what is recorded
// before that waits. failed is told of the first failure to write.
func NewRecording(name string, given *os.File, failed func(error)) *Recording {
	r := &Recording{name: name, given: given, failed: failed}
	r.room.L = &r.mu
	return r
}

// Open makes the file, or empties it; see OpenOutput.
func (r *Recording) Open(ctx context.Context) error {
	f := r.given
	if f == nil {
		var err error
		if f, err = openToRecord(ctx, r.name); err != nil {
			return err
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.to = f
	r.startWriting()
	return nil
}

func openToRecord(ctx context.Context, path string) (*os.File, error) {
	f, err := OpenOutput(ctx, path, 0, 0o600) // what TLS protects on its way is in it
	if err == nil {
		err = empty(f)
	}
	if err != nil {
		return nil, localError(path, err)
	}
	return f, nil
}

// empty empties a regular file, unless it is a standard descriptor as well: it would be
// emptied before it is read, or overwritten by what else goes there.
func empty(f *os.File) error {
	st, err := f.Stat()
	if err != nil || !st.Mode().IsRegular() {
		return err
	}
	for i, std := range []*os.File{os.Stdin, os.Stdout, os.Stderr} {
		if other, err := std.Stat(); err == nil && os.SameFile(st, other) {
			return Usagef("", "%s: is standard %s, too", f.Name(), []string{"input", "output", "error"}[i])
		}
	}
	return f.Truncate(0)
}

// clockTime is how a record tells it.
const clockTime = "15:04:05.000000"

// add has a record written, unless one before it failed. It does not wait.
func (r *Recording) add(record []byte) { r.addTimed(record, 0) }

// addTimed is add of a record that has a place for the time of day at timeAt, unless that is 0.
// It is the time at which no other can come before it any more: to make a record takes a while.
func (r *Recording) addTimed(record []byte, timeAt int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err != nil || r.closed {
		return
	}
	if timeAt > 0 {
		copy(record[timeAt:], time.Now().AppendFormat(make([]byte, 0, 2*len(clockTime)), clockTime))
	}
	r.waiting = append(r.waiting, record...)
	r.ends = append(r.ends, len(r.waiting))
	r.startWriting()
}

// startWriting has written what waits; r.mu is held.
func (r *Recording) startWriting() {
	if r.to != nil && r.written == nil && len(r.waiting) > 0 {
		r.written = make(chan struct{})
		go r.writeAll(r.written)
	}
}

// writeAll writes until nothing waits.
func (r *Recording) writeAll(written chan struct{}) {
	defer close(written)
	var records []byte // the two buffers take turns
	var ends []int
	for {
		r.mu.Lock()
		records, r.waiting = r.waiting, records[:0]
		ends, r.ends = r.ends, ends[:0]
		if len(records) == 0 || r.err != nil {
			r.written = nil
			r.mu.Unlock()
			return
		}
		r.room.Broadcast()
		r.mu.Unlock()
		if n, err := r.writeRecords(records, ends); err != nil {
			cutBack(r.to, n, ends)
			r.fail(err)
		}
	}
}

// manyRecords is how many bytes of records one Write has, unless one has more: that the
// reader gets on is to be seen.
const manyRecords = 64 << 10

func (r *Recording) writeRecords(records []byte, ends []int) (int, error) {
	written := 0
	for i, end := range ends {
		if i+1 < len(ends) && ends[i+1]-written <= manyRecords {
			continue
		}
		n, err := r.to.Write(records[written:end])
		written += n
		r.taken.Add(int64(n))
		if err != nil {
			return written, err
		}
	}
	return written, nil
}

// fail tells the first failure.
func (r *Recording) fail(err error) {
	err = RecordError(r.name, err)
	r.mu.Lock()
	r.err = err
	r.room.Broadcast()
	r.mu.Unlock()
	r.failed(err)
}

// RecordError is a failure to write to a file, as the user named it, that records what happens.
func RecordError(name string, err error) *Error {
	what := Reason(err)
	if NobodyReads(err) {
		what = "nobody reads it any more"
	}
	return &Error{Kind: KindLocal, Addr: name, What: what, Err: err}
}

// cutBack takes a record that was written in part, as on a full disk, back from a file.
func cutBack(to io.Writer, written int, ends []int) {
	f, ok := to.(*os.File)
	if !ok {
		return
	}
	if st, err := f.Stat(); err != nil || !st.Mode().IsRegular() {
		return
	}
	whole := 0
	if i, found := slices.BinarySearch(ends, written); found {
		whole = written
	} else if i > 0 {
		whole = ends[i-1]
	}
	if at, err := f.Seek(0, io.SeekCurrent); err == nil {
		_ = f.Truncate(at - int64(written-whole)) // the failure is told already
	}
}

// Await waits until all that was recorded is written, for a moment at most: nobody may read it.
func (r *Recording) Await(moment time.Duration) {
	r.mu.Lock()
	written := r.written
	r.mu.Unlock()
	if written == nil {
		return
	}
	select {
	case <-written:
	case <-time.After(moment):
	}
}

// Close waits until all is written, and closes the file. It waits for a moment only once ctx
// has ended, and where patience is not 0 for no longer than that while nobody takes a byte.
// The error is that of the first failure: what was recorded is not whole then.
func (r *Recording) Close(ctx context.Context, patience time.Duration) error {
	if r.last != nil {
		r.last()
	}
	r.mu.Lock()
	r.closed = true
	r.room.Broadcast()
	written := r.written
	r.mu.Unlock()
	if written != nil && !r.isTaken(ctx, written, patience) {
		return &Error{Kind: KindLocal, Addr: r.name, What: "not all of it is written: nobody reads it"}
	}
	var err error
	if f, ok := r.to.(*os.File); ok && f != r.given {
		err = f.Close()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if err != nil && r.err == nil {
		r.err = RecordError(r.name, err)
	}
	return r.err
}

// isTaken waits until all is written, and reports whether it is.
func (r *Recording) isTaken(ctx context.Context, written <-chan struct{}, patience time.Duration) bool {
	ended, isEnded := ctx.Done(), false
	for {
		before := r.taken.Load()
		var late <-chan time.Time
		if patience > 0 {
			late = time.After(patience)
		}
		select {
		case <-written:
			return true
		case <-ended:
			ended, isEnded, patience = nil, true, LastRecords
		case <-late:
			if r.taken.Load() == before || isEnded {
				return false
			}
		}
	}
}

// IsTerminal reports whether a person looks at the records as they are written.
func (r *Recording) IsTerminal() bool {
	f := r.given
	if f == nil {
		st, err := os.Stat(r.name)
		if err != nil || st.Mode()&os.ModeCharDevice == 0 {
			return false
		}
		if f, err = os.OpenFile(r.name, os.O_WRONLY, 0); err != nil {
			return false // Open tells
		}
		defer f.Close()
	}
	return isatty.IsTerminal(f.Fd()) || isatty.IsCygwinTerminal(f.Fd())
}
