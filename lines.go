package main

import (
	"context"
	"errors"
	"io"
	"sync"
	"syscall"
	"time"

	"fid/netio"
)

// Lines are written by a goroutine of their own. A log's are dropped when too
// many wait, for the data never waits for a log that nobody reads. A report's
// are what the run is for: they are waited for, until ctx ends.
type lines struct {
	to     io.Writer
	report bool
	ctx    context.Context // of a report
	failed func(error)     // told of a report's first failure; it ends ctx
	direct bool            // of a report that ctx never calls off: add writes by itself

	mu      sync.Mutex
	queue   chan entry // nil until there is a line
	bottom  bottom     // the goroutine's own
	closed  bool
	dropped int
	done    chan struct{}
	broken  error // of the line that failed: none is written after it
}

// How many lines may wait, and how long the end of the run waits for a log.
const (
	queuedLines = 4096
	flushLimit  = 500 * time.Millisecond
)

// newLog returns lines that may be dropped.
func newLog(to io.Writer) *lines { return &lines{to: to} }

// newReport returns lines that are written, or failed is told.
func newReport(ctx context.Context, to io.Writer, failed func(error)) *lines {
	return &lines{to: to, report: true, ctx: ctx, failed: failed}
}

// add queues a line; one that comes after close is nobody's any more.
func (l *lines) add(line string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return
	}
	if l.direct {
		l.put(line)
		return
	}
	l.start()
	if l.report {
		select {
		case l.queue <- entry{text: line}:
		case <-l.ctx.Done():
		}
		return
	}
	select {
	case l.queue <- entry{text: line}:
	default:
		l.dropped++
	}
}

// start starts the goroutine that writes; mu is held.
func (l *lines) start() {
	if l.queue == nil {
		l.queue, l.done = make(chan entry, queuedLines), make(chan struct{})
		go l.write(l.queue)
	}
}

func (l *lines) write(queue <-chan entry) {
	defer close(l.done)
	if !l.report {
		catchPipe() // a check may not have done so
	}
	for e := range queue {
		l.put(l.bottom.over(e))
		if e.written != nil {
			close(e.written)
		}
	}
	l.put(l.bottom.erased())
}

// put writes a line, unless one before it failed.
func (l *lines) put(line string) {
	if l.broken != nil || line == "" {
		return
	}
	if _, l.broken = io.WriteString(l.to, line); l.broken != nil && l.report {
		l.failed(reportError(l.broken))
	}
}

// reportError is a failure of standard output in a check.
func reportError(err error) error {
	if errors.Is(err, syscall.EPIPE) {
		return netio.ReaderGone(err)
	}
	return &netio.Error{Kind: netio.KindLocal, Addr: "standard output", What: netio.Reason(err), Err: err}
}

// close waits until all is written: of a report until ctx ends, of a log for
// flushLimit. It returns how many lines were dropped, if anybody reads by now.
func (l *lines) close() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed || l.queue == nil {
		l.closed = true
		return 0
	}
	l.closed = true
	close(l.queue)
	var ended <-chan struct{}
	var late <-chan time.Time
	if l.report {
		ended = l.ctx.Done()
	} else {
		late = time.After(flushLimit)
	}
	select {
	case <-l.done:
		return l.dropped
	case <-ended:
	case <-late:
	}
	return 0
}
