package netio

import (
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/mattn/go-isatty"
)

// A Recording is where layers write what they see, a whole record at a time and each at
// once. A failure to write never harms the session whose bytes they are: it is told at
// once, nothing more is recorded, and Close tells it again. A reader of a pipe who is slow
// slows the sessions down; one who has stopped reading holds up none that is to end.
type Recording struct {
	name   string
	to     io.Writer
	close  func() error
	failed func(error) // told of the first failure
	last   func()      // records what the end of the run has to say; may be nil

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

// lastRecords is how long a run that was called off waits for who reads its recording.
const lastRecords = 500 * time.Millisecond

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
	return newRecording(path, f, f.Close, failed), nil
}

// RecordTo returns a Recording to what is open already, and stays open after Close.
func RecordTo(name string, to io.Writer, failed func(error)) *Recording {
	return newRecording(name, to, func() error { return nil }, failed)
}

func newRecording(name string, to io.Writer, closing func() error, failed func(error)) *Recording {
	r := &Recording{name: name, to: to, close: closing, failed: failed}
	r.room.L = &r.mu
	return r
}

// write has a record written, unless one before it failed. It waits only while too many
// others do.
func (r *Recording) write(record []byte) {
	r.awaitRoom()
	r.add(record)
}

// awaitRoom waits until no more than maxUnwritten bytes of records wait.
func (r *Recording) awaitRoom() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for len(r.waiting) > maxUnwritten && r.err == nil && !r.closed {
		r.room.Wait()
	}
}

// add is write for who may not wait.
func (r *Recording) add(record []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err != nil || r.closed {
		return
	}
	r.waiting = append(r.waiting, record...)
	r.ends = append(r.ends, len(r.waiting))
	if r.written == nil {
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
		if n, err := r.to.Write(records); err != nil {
			cutBack(r.to, n, ends)
			r.fail(err)
		}
	}
}

// fail tells the first failure.
func (r *Recording) fail(err error) {
	err = localError(r.name, err)
	if errors.Is(err, syscall.EPIPE) {
		err = &Error{Kind: KindLocal, Addr: r.name, What: "nobody reads it any more", Err: err}
	}
	r.mu.Lock()
	r.err = err
	r.room.Broadcast()
	r.mu.Unlock()
	r.failed(err)
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

// Close waits until all is written, for a moment only once ctx has ended, and closes the
// file. The error is that of the first failure: what was recorded is not whole then.
func (r *Recording) Close(ctx context.Context) error {
	if r.last != nil {
		r.last()
	}
	r.mu.Lock()
	r.closed = true
	r.room.Broadcast()
	written := r.written
	r.mu.Unlock()
	if written != nil && !isOver(ctx, written) {
		return &Error{Kind: KindLocal, Addr: r.name, What: "not all of it is written: nobody reads it"}
	}
	err := r.close()
	r.mu.Lock()
	defer r.mu.Unlock()
	if err != nil && r.err == nil {
		r.err = localError(r.name, err)
	}
	return r.err
}

// isOver waits for done, and for a moment only once ctx has ended.
func isOver(ctx context.Context, done <-chan struct{}) bool {
	select {
	case <-done:
		return true
	case <-ctx.Done():
	}
	select {
	case <-done:
		return true
	case <-time.After(lastRecords):
		return false
	}
}

// IsTerminal reports whether a person looks at the records as they are written.
func (r *Recording) IsTerminal() bool {
	f, ok := r.to.(*os.File)
	return ok && (isatty.IsTerminal(f.Fd()) || isatty.IsCygwinTerminal(f.Fd()))
}
