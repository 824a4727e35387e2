package netio

import (
	"fmt"
	"time"
)

// Clocks are a session's time limits. A zero time is a clock that is off.
type clocks struct {
	linger    time.Time // the reply is not waited for any longer
	firstByte time.Time // the far end must have said something
	note      time.Time // tell why the session goes on
	noteText  string
	watch     time.Time // look for an end that is dead
	keepAlive time.Time // tighten keepalive on the end that has finished
	finished  *End
	again     time.Time // the idle clock has run out, and is looked at once more: what came while we were stopped is taken first
	idle      time.Duration
	idleFlag  string
	ended     bool // the near input has ended
	quiet     bool // the far end has finished when no datagram passes for Rules.Quiet
}

// noteAfter is how long a session that stays half-open keeps quiet about it.
const noteAfter = 2 * time.Second

func (c *clocks) start(s *session) {
	c.idle, c.idleFlag = s.rules.Idle, s.rules.IdleFlag
	if s.rules.FirstByte > 0 {
		c.firstByte = time.Now().Add(s.rules.FirstByte)
	}
	if s.rules.Watch > 0 {
		c.watch = time.Now().Add(s.rules.Watch)
	}
}

// nearEnded starts the clock of -q.
func (c *clocks) nearEnded(s *session) {
	c.note = time.Time{}
	c.ended = s.near.Input != InputNone
	if s.far.isEndless() {
		c.nothingFollows(s)
		return
	}
	if s.heldFIN && s.near.Input == InputNone {
		c.noteLater("no input: waiting for the far end to finish (-N ends our side)")
	}
	if s.rules.Bounded && s.rules.Linger > 0 {
		c.linger = time.Now().Add(s.rules.Linger)
	}
}

// tightenAfter is how long a half-open session has to last to be worth four
// system calls: most are over at once.
const tightenAfter = time.Second

// watchOver has the keepalive of an end tightened, whose peer has finished.
func (c *clocks) watchOver(e *End) {
	c.finished, c.keepAlive = e, time.Now().Add(tightenAfter)
}

// halfOpen: one side has ended, the other has not.
func (c *clocks) halfOpen(s *session, farEnded bool) {
	if limit := s.rules.HalfOpen; limit > 0 && (c.idle == 0 || limit < c.idle) {
		c.idle, c.idleFlag = limit, "half-open; --idle-timeout"
		s.flow.touch() // nobody may have while there was no clock
	}
	switch {
	case farEnded && s.near.process != nil:
		c.noteLater("the far end has finished; the command still runs (--hangup ends here)")
	case farEnded && s.near.Sock == nil:
		c.noteLater("the far end has finished; what standard input gives is still sent (--hangup ends here)")
	}
}

// noteLater tells why a session goes on, if it still does in a while.
func (c *clocks) noteLater(text string) { c.note, c.noteText = time.Now().Add(noteAfter), text }

// next returns when a clock must be looked at: the zero time while all are off.
func (c *clocks) next(s *session) time.Time {
	at := earlier(c.idleCheck(s), c.silence(s))
	for _, t := range []time.Time{c.linger, c.firstByte, c.note, c.watch, c.keepAlive} {
		at = earlier(at, t)
	}
	return at
}

// earlier returns the nearer of two times, of which a zero one never comes.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// idleCheck is when the idle clock is looked at next: at its end, and four
// times on the way there while bytes wait in a socket, where they may move
// without passing through here.
func (c *clocks) idleCheck(s *session) time.Time {
	if c.idle == 0 {
		return time.Time{}
	}
	if !c.again.IsZero() {
		return c.again
	}
	end := s.lastMove().Add(c.idle)
	if soon := time.Now().Add(c.idle / 4); s.lastQueue > 0 && soon.Before(end) {
		return soon
	}
	return end
}

// check looks at all clocks. Its error ends the session.
func (c *clocks) check(s *session, now time.Time) error {
	if past(c.note, now) {
		c.note = time.Time{}
		if s.note != nil {
			s.note(c.noteText)
		}
	}
	if past(c.firstByte, now) {
		c.firstByte = time.Time{}
		if s.flow.In.Read() == 0 && !s.flow.In.done {
			return TimeoutError(s.far.Name, "no first byte for", s.rules.FirstByte, "--first-byte-timeout", "")
		}
	}
	if past(c.keepAlive, now) {
		c.keepAlive = time.Time{}
		c.finished.Sock.watchful()
	}
	if past(c.watch, now) {
		c.watch = now.Add(s.rules.Watch)
		c.checkDead(s)
	}
	if past(c.silence(s), now) {
		if err := c.silent(s); err != nil {
			return err
		}
	}
	if past(c.linger, now) {
		c.linger = time.Time{}
		switch {
		case s.undelivered():
			return c.expired(s, "not all delivered after", s.rules.Linger, "-q")
		case s.near.Input == InputNone && !s.flow.In.done:
			return c.expired(s, "the far end has not finished after", s.rules.Linger, "-q")
		}
		s.endNow()
	}
	return c.checkIdle(s)
}

func (c *clocks) checkIdle(s *session) error {
	if c.idle == 0 {
		return nil
	}
	if s.near.script != nil && s.near.script.hasClock() {
		s.flow.touch()
		return nil
	}
	if queue := s.near.unacked() + s.far.unacked(); queue != s.lastQueue {
		s.lastQueue = queue
		s.flow.touch()
		return nil
	}
	// Looked at before the time of the last move: what comes in between would be late as well
	// as on its way.
	inFlight, stuck, waiting := s.flow.In.inFlight(), s.stuck(), s.waiting()
	if time.Since(s.lastMove()) < c.idle {
		c.again = time.Time{}
		return nil
	}
	if now := time.Now(); !past(c.again, now) {
		if c.again.IsZero() {
			c.again = now.Add(restMoment)
		}
		return nil
	}
	if !inFlight && waiting && !s.far.isHeld() {
		s.flow.touch() // we were stopped, or slow, not the far end
		return nil
	}
	if (s.rules.IdleEnds && c.ended && s.cameEnough() || s.rules.IdleOver) && !stuck && !waiting {
		c.idle = 0
		s.endNow()
		return nil
	}
	return c.expired(s, "no byte for", c.idle, c.idleFlag)
}

// lastMove is when a byte moved last, or was held back by our own limit.
func (s *session) lastMove() time.Time {
	last := s.flow.lastMove()
	for _, t := range []time.Time{s.near.waited(), s.far.waited()} {
		if t.After(last) {
			last = t
		}
	}
	return last
}

// undelivered: something has not reached the other side, as far as this host
// knows. What waits in our own kernel counts: it came in time.
func (s *session) undelivered() bool { return s.stuck() || s.waiting() }

// stuck: bytes that were read have not reached the other side.
func (s *session) stuck() bool {
	return s.far.unacked() > 0 || s.flow.Out.inFlight() || s.flow.In.inFlight()
}

// waiting: bytes of the far end, or its FIN, have come and are not read yet.
func (s *session) waiting() bool {
	return !s.flow.In.done && s.far.Sock != nil && !s.far.isIdle()
}

// checkDead looks for an end that was reset while its bytes cannot be passed
// on: nobody reads it then, so nobody is told.
func (c *clocks) checkDead(s *session) {
	for _, d := range []*direction{&s.flow.Out, &s.flow.In} {
		if d.src.Sock != nil && !d.done && (d.inFlight() || d.src.isHeld()) && d.src.Sock.isBroken() {
			s.breakOff(d.src, errReset)
		}
	}
}

func (c *clocks) expired(s *session, what string, d time.Duration, flag string) error {
	moved := fmt.Sprintf("; %s sent, %s received", Bytes(s.flow.Out.Written()), Bytes(s.flow.In.Written()))
	return TimeoutError(s.far.Name, what, d, flag, moved)
}

func past(at, now time.Time) bool { return !at.IsZero() && !now.Before(at) }
