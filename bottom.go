package main

import (
	"strings"
	"time"
)

// An entry is what waits to be written: a line, or what becomes of the one at the bottom.
type entry struct {
	text    string
	kind    entryKind
	written chan struct{} // closed then; may be nil
}

type entryKind int

const (
	said    entryKind = iota // a line, for good
	drawn                    // the bottom line, in place of the last one; "" is none
	dropped                  // the bottom line is not ours to draw over any more
)

// A bottom is the line that is drawn over and over below what is said. There are no control
// codes in it but carriage return: every terminal knows that, and nothing has to be restored.
// The cursor stands at its beginning, so that what others write goes over it.
type bottom struct{ text string }

// over returns what is to be written for e.
func (b *bottom) over(e entry) string {
	switch e.kind {
	case dropped:
		b.text = ""
		return ""
	case drawn:
		before := b.erased()
		if b.text = e.text; e.text == "" {
			return before
		}
		return b.again()
	}
	return b.erased() + e.text + b.again()
}

// erased returns what takes the line away, if there is one.
func (b *bottom) erased() string {
	if b.text == "" {
		return ""
	}
	return drawnOver("")
}

// again returns what draws it.
func (b *bottom) again() string {
	if b.text == "" {
		return ""
	}
	return drawnOver(b.text)
}

// drawnOver is text in place of whatever stood in the line. The last column would begin a new one.
func drawnOver(text string) string {
	return "\r" + text + strings.Repeat(" ", max(0, columns()-1-len(text))) + "\r"
}

// show has text drawn below all lines; "" is nothing any more. It never waits: while others
// do, nothing is drawn.
func (l *lines) show(text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return
	}
	l.start()
	if len(l.queue) == 0 || text == "" {
		l.change(entry{text: text, kind: drawn})
	}
}

// hide has it erased, and waits for that a moment: what comes next is somebody else's.
func (l *lines) hide() {
	written := make(chan struct{})
	l.mu.Lock()
	queued := !l.closed && l.queue != nil && l.change(entry{kind: drawn, written: written})
	l.mu.Unlock()
	if queued {
		select {
		case <-written:
		case <-time.After(hideLimit):
		}
	}
}

// hideLimit is how long data waits for a terminal that may be stopped.
const hideLimit = 100 * time.Millisecond

// forget leaves it where it is.
func (l *lines) forget() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.closed && l.queue != nil {
		l.change(entry{kind: dropped})
	}
}

// change queues e, if there is room. mu is held.
func (l *lines) change(e entry) bool {
	select {
	case l.queue <- e:
		return true
	default:
		return false
	}
}
