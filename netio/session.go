package netio

import (
	"context"
	"errors"
	"fmt"
	"time"
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
		return &Error{Kind: KindPipe, Addr: e.end.Name, What: "nobody reads it any more"}
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

// inputEnded: the near end has no more to send.
func (s *session) inputEnded(hold bool) {
	s.heldFIN = hold && !s.flow.In.done && !s.ending
	if !s.heldFIN {
		_ = s.finish(s.far) // the far end is a socket here, or a file that takes anything
	}
	if s.ending {
		return
	}
	s.clocks.nearEnded(s)
	if s.rules.SendOnly || s.rules.Bounded && s.rules.Linger == 0 {
		s.endNow()
		return
	}
	if s.near != s.far && !s.flow.In.done {
		s.stayFor(s.near)
	}
}

// outputEnded: all that the far end sent is written; it has finished.
func (s *session) outputEnded() error {
	if err := s.finish(s.near); err != nil {
		return err
	}
	if s.flow.Out.done {
		if s.heldFIN {
			_ = s.finish(s.far)
		}
		return nil
	}
	if s.ending || s.rules.Hangup || s.near.Input == InputTerminal || s.wasReceive() {
		s.near.stopReading()
		return nil
	}
	s.stayFor(s.far)
	return nil
}

// wasReceive: the near input is a pipe that was left open but never used, and
// something came: a peer or a parent that just does not close our stdin.
func (s *session) wasReceive() bool {
	p, ok := s.near.Stream.(interface{ isIdle() bool })
	return ok && s.near.Input == InputPipe && s.flow.Out.Read() == 0 && s.flow.In.Read() > 0 && p.isIdle()
}

// stayFor: the end has finished, the other one has not. Its peer may be gone
// altogether, which only keepalive can tell.
func (s *session) stayFor(finished *End) {
	if finished.Sock != nil {
		finished.Sock.watchful()
		if finished.Sock.tcp != nil || s.near.Sock == nil {
			go s.report(peerGone, finished, finished.Sock.awaitGone)
		}
	}
	s.clocks.halfOpen(s, finished == s.far)
}

// peerGone: a peer that had finished is no more. That ends the session, in
// order unless something of ours did not reach it.
func (s *session) peerGone(e *End) error {
	if s.broken != nil || s.finished[e] {
		return nil // after our own FIN, poll(2) says POLLHUP of a live connection
	}
	d := &s.flow.Out // towards e
	if e == s.near {
		d = &s.flow.In
	}
	if e.Sock.Unacked() > 0 {
		s.breakOff(e, errReset)
		return nil
	}
	s.finished[e] = true // there is nobody to send a FIN to
	d.src.stopReading()
	return nil
}

// endNow ends the session without waiting for the far end to finish.
func (s *session) endNow() {
	s.ending = true
	if s.heldFIN {
		s.heldFIN = false
		_ = s.finish(s.far)
	}
	s.far.stopReading()
	s.near.stopReading()
}

// finish ends our direction to e in order. Only a local end can fail here: on a
// socket a failure is the reset that the other direction reports as well.
func (s *session) finish(e *End) error {
	if s.finished[e] {
		return nil
	}
	s.finished[e] = true
	if e.Sock != nil {
		e.Sock.finSent.Store(true) // before it is, so that IsReset is never wrong
	}
	err := e.CloseWrite()
	switch {
	case err == nil:
		return nil
	case e.Sock == nil:
		return localError(e.Name, err)
	}
	s.breakOff(e, err)
	return nil
}

// breakOff: the socket e has failed. What had arrived from it is still written,
// and acknowledged where that goes to a socket; then close passes the reset on.
func (s *session) breakOff(e *End, err error) {
	if s.broken != nil {
		return
	}
	s.broken, s.cause = e, err
	if e == s.near {
		s.far.stopReading()
	} else {
		s.near.stopReading()
	}
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

// resetError tells how far the session had come when a socket failed.
func (s *session) resetError() error {
	_, why := describe(s.cause)
	e := &Error{Kind: KindReset, Addr: s.broken.Name, Err: s.cause}
	sent := s.flow.Out.Written() - int64(s.far.unacked())
	switch {
	case errors.Is(s.cause, errReset):
		why = "reset"
	case why == "no answer":
		why = "no acknowledgement"
	}
	switch {
	case s.near == s.far:
		e.What = fmt.Sprintf("%s after %s of %s were sent back", why, Bytes(s.flow.Out.Written()), Bytes(s.flow.Out.Read()))
	case s.broken == s.far && s.near.Size > 0 && s.flow.In.Written() == 0:
		e.What = fmt.Sprintf("%s after %s sent; the far end did not take the rest", why, BytesOf(sent, s.near.Size))
		if sent >= s.near.Size {
			e.What = fmt.Sprintf("%s after all %s were sent; the far end may not have kept them", why, Bytes(sent))
		}
	default:
		e.What = fmt.Sprintf("%s after %s sent, %s received", why, Bytes(sent), Bytes(s.flow.In.Written()))
	}
	return e
}

func (e *End) unacked() int {
	if e.Sock == nil {
		return 0
	}
	return e.Sock.Unacked()
}

// stopReading calls off what waits to read from e, where that can be done.
func (e *End) stopReading() {
	if e.Sock != nil {
		e.Sock.StopReading()
	} else if s, ok := e.Stream.(Stopper); ok {
		s.StopReading()
	}
}

// drain waits until the peer's kernel has acknowledged all, our FIN too, and
// throws away what still comes: closing a socket with bytes unread resets it,
// which can eat our own tail. There is no event for an acknowledgement, so the
// queue is asked again after a while that grows to 50 ms.
func (s *Socket) drain() error {
	buf := make([]byte, minBuffer)
	for wait := 100 * time.Microsecond; !s.flushed(); wait = min(2*wait, 50*time.Millisecond) {
		if s.isDead() {
			if s.Unacked() > 0 {
				return errReset
			}
			return nil
		}
		if err := s.discard(buf, wait); err != nil {
			return nil // closed by abort
		}
	}
	return nil
}

// discard reads for a while and forgets it.
func (s *Socket) discard(buf []byte, wait time.Duration) error {
	until := time.Now().Add(wait)
	for {
		if err := s.conn.SetReadDeadline(until); err != nil {
			return err
		}
		if _, err := s.conn.Read(buf); err != nil {
			time.Sleep(time.Until(until)) // after the peer's FIN a Read does not wait
			return nil
		}
	}
}
