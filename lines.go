package main

import (
	"context"
	"io"
	"sync"
	"time"

	"fid/netio"
)

// Lines are written by a goroutine of their own. A log's are dropped when too
// many wait, for the data never waits for a log that nobody reads. A report's
// are what the run is for: they are waited for, until ctx ends.
type lines struct {
	to     io.Writer
	report bool
	ctx    context.Context // ends the wait for these lines; nil: they are not waited for
	failed func(error)     // told of the first failure, which ends a report's ctx; nil: nobody is
	direct bool            // ctx never calls the wait off: add writes by itself
	begun  bool            // something was written so

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
	return &lines{to: to, report: true, ctx: ctx, failed: func(err error) { failed(reportError(err)) }}
}

// waitFor has a log be waited for like a report, whose failures do not matter.
func (l *lines) waitFor(report *lines) { l.ctx = report.ctx }

// add queues a line; one that comes after close is nobody's any more.
func (l *lines) add(line string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return
	}
	if l.direct {
		l.putDirectly(line)
		return
	}
	l.start()
	l.send(entry{text: line})
}

// start starts the goroutine that writes; mu is held.
func (l *lines) start() {
	if l.queue == nil {
		l.queue, l.done = make(chan entry, queuedLines), make(chan struct{})
		go l.write(l.queue)
	}
}

// send queues a line; it waits for room only where the lines are waited for.
func (l *lines) send(e entry) {
	if l.change(e) {
		return
	}
	if l.ctx == nil {
		l.dropped++
		return
	}
	select {
	case l.queue <- e:
	case <-l.ctx.Done():
	}
}

// flush waits until all lines that are waited for are written, so that those of a log and
// a report that go to one place come in their order.
func (l *lines) flush() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed || l.queue == nil || l.ctx == nil {
		return
	}
	e := entry{written: make(chan struct{})}
	l.send(e)
	select {
	case <-e.written:
	case <-l.ctx.Done():
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

// putDirectly is what add does where no queue is needed.
func (l *lines) putDirectly(line string) {
	if !l.report && !l.begun {
		catchPipe()
	}
	l.begun = true
	l.put(line)
}

// put writes a line, unless one before it failed.
func (l *lines) put(line string) {
	if l.broken != nil || line == "" {
		return
	}
	if _, l.broken = io.WriteString(l.to, line); l.broken != nil && l.failed != nil {
		l.failed(l.broken)
	}
}

// reportError is a failure of standard output in a check.
func reportError(err error) error {
	if netio.NobodyReads(err) {
		return netio.ReaderGone(err)
	}
	return &netio.Error{Kind: netio.KindLocal, Addr: "standard output", What: netio.Reason(err), Err: err}
}

// close waits until all is written: of a log for flushLimit, of a report until ctx ends,
// and then for flushLimit. It returns how many lines were dropped, if anybody reads by now.
func (l *lines) close() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed || l.queue == nil {
		l.closed = true
		return 0
	}
	l.closed = true
	close(l.queue)
	if l.ctx != nil {
		select {
		case <-l.done:
			return 0
		case <-l.ctx.Done():
		}
	}
	select {
	case <-l.done:
		return l.dropped
	case <-time.After(flushLimit):
	}
	return 0
}
