package netio

import (
	"errors"
	"fmt"
	"time"
)

// The rules of ending: what a session does when one of its ends has finished,
// is gone, or has failed.

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
	if s.sentAll() {
		s.endNow()
		return
	}
	if s.near != s.far && !s.flow.In.done {
		s.stayFor(s.near)
	}
}

// sentAll: nothing is awaited but that what was sent arrives. A near end that is a
// process has exited: nobody would read what comes. With a process at the far end
// only its exit tells that it has taken all.
func (s *session) sentAll() bool {
	if s.far.isEndless() && s.clocks.ended && s.rules.Quiet == 0 {
		return true
	}
	return s.far.process == nil && (s.near.process != nil || s.rules.SendOnly || s.rules.Bounded && s.rules.Linger == 0)
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
	switch {
	case s.rules.Hangup && !s.near.Input.endsWithFar() && s.inMidTransfer():
		s.breakOff(s.far, hangupError())
		if s.far.Sock == nil {
			return s.resetError()
		}
		s.far.Sock.stopAll() // what is on its way out is counted, what is stuck there not waited for
		return nil
	case s.ending, s.rules.Hangup, s.near.Input.endsWithFar(), s.far.process != nil, s.wasReceive(), s.near.isEndless(), s.far.isEndless(), s.rules.Datagrams > 0:
		s.carrier.stopReading(s.near)
		return nil
	}
	s.stayFor(s.far)
	return nil
}

// wasReceive: the near input is a pipe that was left open but never used, and
// something came: a peer or a parent that just does not close our stdin.
func (s *session) wasReceive() bool {
	return s.near.Sock == nil && s.near.Input == InputPipe && s.flow.Out.Read() == 0 && s.flow.In.Read() > 0 && s.near.isIdle()
}

// inMidTransfer: there is more to send. A file of which all was read is not idle as far
// as poll(2) knows. A pipe may be empty for a moment only, and what the far end has had
// before it finished may not be counted yet: so it is looked at for a while.
func (s *session) inMidTransfer() bool {
	out := &s.flow.Out
	if s.near.Size > 0 {
		return out.Written() < s.near.Size
	}
	before := out.Read()
	for until := time.Now().Add(restMoment); time.Now().Before(until); time.Sleep(time.Millisecond) {
		if out.Read() > before || !out.inFlight() && !s.near.isIdle() {
			return true
		}
	}
	return out.inFlight()
}

// stayFor: the end has finished, the other one has not. Its peer may be gone
// altogether, which only keepalive can tell.
func (s *session) stayFor(finished *End) {
	if finished.Sock != nil {
		s.clocks.watchOver(finished)
		if finished.Sock.tcp != nil || s.near.Sock == nil {
			s.carrier.awaitGone(finished)
		}
	}
	s.clocks.halfOpen(s, finished == s.far)
}

// peerGone: a peer that had finished is no more. That ends the session, in
// order unless something of ours did not reach it or is still to come: a file
// on its way is empty-handed for a moment only.
func (s *session) peerGone(e *End) error {
	if s.broken != nil || e.finished {
		return nil // after our own FIN, poll(2) says POLLHUP of a live connection
	}
	d := &s.flow.Out // towards e
	if e == s.near {
		d = &s.flow.In
	}
	if e.Sock.Unacked() > 0 || d.inFlight() || !d.src.isIdle() {
		s.breakOff(e, errReset)
		return nil
	}
	e.finished = true // there is nobody to send a FIN to
	s.carrier.stopReading(d.src)
	return nil
}

// endNow ends the session without waiting for the far end to finish.
func (s *session) endNow() {
	s.ending = true
	if s.heldFIN {
		s.heldFIN = false
		_ = s.finish(s.far)
	}
	s.carrier.stopReading(s.far)
	s.carrier.stopReading(s.near)
}

// finish ends our direction to e in order. Only a local end can fail here: on a
// socket a failure is the reset that the other direction reports as well.
func (s *session) finish(e *End) error {
	if e.finished {
		return nil
	}
	e.finished = true
	if e.tls != nil {
		e.tls.ending.Store(true)
	}
	if e.closesSocket() {
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

// breakOff: the socket or process e has failed. What had arrived from it is still written,
// and acknowledged where that goes to a socket; then close passes the reset on.
func (s *session) breakOff(e *End, err error) {
	if s.broken != nil {
		if _, alerted := remoteAlert(err); alerted {
			s.cause = err // it tells why, which the reset that came with it does not
		}
		return
	}
	s.broken, s.cause = e, err
	if e.Datagram > 0 {
		s.carrier.stopReading(e) // what a Write was told of datagrams, no Read is told again
	}
	s.clocks.halfOpen(s, false) // what had arrived is not written for ever
	e.stopWriting()
	other := s.near
	if e == s.near {
		other = s.far
	}
	s.carrier.stopReading(other)
	if other.process != nil {
		other.process.terminate() // its input has no end, and it may not even read what has come
	}
}

// unblock: an end has failed, and what had come from it is still being written to the other
// one, whose peer may read on only when it has been rid of its answers.
func (s *session) unblock() {
	other, answers := s.far, &s.flow.In
	if s.broken == s.far {
		other, answers = s.near, &s.flow.Out
	}
	if s.broken != nil && answers.done && other.Sock != nil && !s.throwing {
		s.throwing = true
		s.carrier.throwAway(other)
	}
}

// left: the escape key was typed. The session ends in order where nothing is on its way,
// else with a reset: nobody who wants to leave is kept waiting. A command loses its
// terminal.
func (s *session) left() error {
	switch {
	case s.draining >= 0:
		return nil // it is about to end
	case s.far.process != nil:
		s.far.process.terminate()
	case !s.comesToRest():
		s.breakOff(s.far, &Error{Kind: KindReset, What: "left by the escape key"})
		return s.resetError()
	}
	if s.first == "" {
		s.first = "near"
	}
	_ = s.finish(s.far)
	s.endNow()
	return nil
}

// hangupError is the end of --hangup where it cuts a transfer.
func hangupError() error {
	return &Error{Kind: KindReset, What: "hung up at the far end's FIN (--hangup)"}
}

// resetError tells how far the session had come when a socket failed.
func (s *session) resetError() error {
	if KindOf(s.cause) == KindLocal {
		return s.cause // of a process
	}
	kind, why := s.broken.describeBreak(s.cause)
	e := &Error{Kind: kind, Addr: s.broken.Name, Err: s.cause}
	sent := max(0, s.flow.Out.Written()-int64(s.far.unacked())) // a layer, as TLS, may send more bytes than it is given
	switch {
	case errors.Is(s.cause, errReset):
		why = "reset"
	case why == "no answer":
		why = "no acknowledgement"
	}
	if unmet := s.unmet(why); unmet != nil {
		return unmet
	}
	switch alert, alerted := remoteAlert(s.cause); {
	case alerted:
		e.Kind, e.Hint = KindTLS, alertHint(alert)
		e.What = fmt.Sprintf("TLS: %s; %s sent, %s received", why, Bytes(sent), Bytes(s.flow.In.Written()))
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
