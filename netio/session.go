package netio

import (
	"context"
)

// A session is one run of the pump. Its own goroutine (run) takes every
// decision; the others only move bytes or wait for one thing, and report it as
// an event. docs/design.md has the table of endings that it follows.
type session struct {
	rules     Rules
	note      func(string)
	near, far *End // the same end in a Loop
	flow      Flow
	events    chan event

	first     string // who ended first
	heldFIN   bool   // the near input has ended, its FIN waits for the far end's
	finished  map[*End]bool
	broken    *End  // the socket that failed first
	cause     error // how it failed
	ending    bool  // the far end is not waited for any more
	draining  int   // ends whose kernel still holds bytes; below 0 while none is asked
	clocks    clocks
	lastQueue int
}

// maxEvents is more than a session can have, so that no reporter ever waits.
const maxEvents = 16

// An event is what a goroutine of the session reports.
type event struct {
	what eventKind
	dir  *direction // of directionEnded
	end  *End       // of the others
	fail failure
}

type eventKind int

const (
	directionEnded eventKind = iota
	peerGone                 // awaitGone
	readerGone               // nobody reads standard output
	drained
)

func (s *session) run(ctx context.Context) error {
	s.finished = make(map[*End]bool)
	s.draining = -1
	s.start()
	for s.draining != 0 {
		var err error
		select {
		case e := <-s.events:
			err = s.handle(e)
		case now := <-s.clocks.next(s):
			err = s.clocks.check(s, now)
		case <-ctx.Done():
			err = s.interrupted(context.Cause(ctx))
		}
		if err != nil {
			s.abort()
			return err
		}
		s.advance()
	}
	return s.close()
}

// start sets the directions going. A Loop has one, and a near end without
// input is one that has ended already.
func (s *session) start() {
	s.clocks.start(s)
	if s.near == s.far {
		s.flow.In.done = true
	} else {
		s.move(&s.flow.In)
		if w, ok := s.near.Stream.(interface{ awaitReaderGone() error }); ok {
			go s.report(readerGone, s.near, w.awaitReaderGone)
		}
	}
	if s.near.Input == InputNone {
		s.flow.Out.done = true
		s.inputEnded(s.rules.FIN != FINNow)
		return
	}
	s.move(&s.flow.Out)
}

func (s *session) move(d *direction) {
	go func() { s.events <- event{what: directionEnded, dir: d, fail: d.move(&s.flow, s.rules.MaxRead)} }()
}

// report waits for one thing and tells it; a wait that was called off is not told.
func (s *session) report(what eventKind, end *End, wait func() error) {
	if wait() == nil {
		s.events <- event{what: what, end: end}
	}
}

// handle takes an event. Its error ends the session at once, with a reset.
func (s *session) handle(e event) error {
	switch e.what {
	case directionEnded:
		e.dir.done = true
		return s.directionEnded(e.dir, e.fail)
	case peerGone:
		return s.peerGone(e.end)
	case readerGone:
		if s.finished[e.end] {
			return nil
		}
		return ReaderGone(nil)
	case drained:
		s.draining--
		if e.fail.err != nil {
			s.breakOff(e.end, e.fail.err)
		}
	}
	return nil
}

func (s *session) directionEnded(d *direction, f failure) error {
	switch {
	case f.err != nil && f.end.Sock == nil && !isStopped(f.err):
		return localError(f.end.Name, f.err)
	case f.err != nil && !isStopped(f.err):
		s.breakOff(f.end, f.err)
		return nil
	case s.broken != nil:
		return nil // what had arrived is written; the reset is passed on in close
	case f.err == nil && s.first == "":
		s.first = s.side(d.src)
	}
	if d == &s.flow.Out {
		s.inputEnded(s.rules.FIN == FINHeld)
		return nil
	}
	return s.outputEnded()
}

func (s *session) side(e *End) string {
	if e == s.far {
		return "far"
	}
	return "near"
}

// advance goes over to draining when both directions have ended.
func (s *session) advance() {
	if s.draining >= 0 || !s.flow.Out.done || !s.flow.In.done {
		return
	}
	s.draining = 0
	s.clocks.halfOpen(s, false)
	for _, e := range s.ends() {
		if e.Sock != nil && e != s.broken {
			e.Sock.StopReading() // ends an awaitGone, which would keep the drain from reading
			s.draining++
			go func() { s.events <- event{what: drained, end: e, fail: failure{e, e.Sock.drain()}} }()
		}
	}
}

func (s *session) ends() []*End {
	if s.near == s.far {
		return []*End{s.near}
	}
	return []*End{s.near, s.far}
}

// close is the last step: in order if nothing broke, else with a reset.
func (s *session) close() error {
	if s.broken != nil {
		err := s.resetError()
		s.abort()
		return err
	}
	for _, e := range s.ends() {
		e.CloseInOrder() // all was acknowledged before: a failure here can lose nothing
	}
	return nil
}

// abort closes both ends with a reset, since their linger is 0.
func (s *session) abort() {
	for _, e := range s.ends() {
		e.stopReading()
		_ = e.Close()
	}
}

// interrupted: the run is over. At a terminal Ctrl-C with nothing in flight is
// an end in order; all else is a reset, so that nobody takes a part for a whole.
func (s *session) interrupted(cause error) error {
	atRest := s.flow.Out.Read() == s.flow.Out.Written() && s.flow.In.Read() == s.flow.In.Written()
	if KindOf(cause) == KindInterrupt && s.near.Input == InputTerminal && atRest && s.far.Sock != nil && s.far.Sock.Unacked() == 0 {
		s.far.Sock.Settle()
	}
	return cause
}
