package netio

import (
	"io"
	"sync"
	"time"
)

// A script is one session's part in a Dialogue: a Stream whose Read gives what is to be
// said, when it is its turn, and whose Write looks for what is awaited.
type script struct {
	Stream   // the near end's, which is written to
	dialogue *Dialogue
	far      *End
	awaited  []int      // the steps with an Expectation
	lost     chan error // the failure of a step that takes too long

	mu      sync.Mutex
	changed sync.Cond
	step    int    // the one that is being done
	rest    []byte // of a Send that is being read; nil before it
	met     int    // of awaited: may run ahead of step, since what follows a match is searched at once
	search  *search
	seen    sight
	stopped bool
	failed  bool // lost has been told: Read gives nothing more, not even an end, which would be a FIN

	clock *stepClock // of the step; nil while it has none
}

// A stepClock runs out once more when it has: what came while we were stopped is taken first.
type stepClock struct {
	timer *time.Timer
	again bool
}

// Read gives what is to be said. It waits for its turn.
func (s *script) Read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.unwind()
	for {
		s.pass()
		switch {
		case s.stopped:
			return 0, errStopped
		case s.failed:
			s.changed.Wait()
			continue
		case s.step == len(s.dialogue.Steps):
			return 0, io.EOF
		case s.dialogue.Steps[s.step].Expect == nil:
			return s.say(p)
		}
		if s.clock == nil {
			s.wind()
		}
		s.changed.Wait()
	}
}

// pass goes on to the step that is not done yet.
func (s *script) pass() {
	for s.step < len(s.dialogue.Steps) {
		expects := s.dialogue.Steps[s.step].Expect != nil
		if expects && !s.hasMet(s.step) || !expects && (s.rest == nil || len(s.rest) > 0) {
			return
		}
		s.step, s.rest = s.step+1, nil
		s.unwind()
	}
}

func (s *script) hasMet(step int) bool { return s.met == len(s.awaited) || step < s.awaited[s.met] }

// say gives some of a step that is said. A datagram is said as a whole.
func (s *script) say(p []byte) (int, error) {
	if s.rest == nil {
		s.rest = s.dialogue.Steps[s.step].Send
	}
	if s.far.Datagram > 0 && len(s.rest) > len(p) {
		return 0, tooLarge(len(s.rest), len(p))
	}
	n := copy(p, s.rest)
	s.rest = s.rest[n:]
	if !s.far.isPaced() { // else it has a clock of its own
		s.wind()
	}
	return n, nil
}

// Write passes on what the far end says, and looks for what is awaited in it.
func (s *script) Write(p []byte) (int, error) {
	n, err := s.Stream.Write(p)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.look(p[:n])
	return n, err
}

func (s *script) look(p []byte) {
	for s.search != nil {
		n, met := s.search.feed(p)
		if !met {
			s.seen.add(p)
			return
		}
		s.meet()
		p = p[n:]
	}
}

// meet goes on to the next Expectation.
func (s *script) meet() {
	s.met++
	s.seen = sight{}
	s.search = s.nextSearch(s.search.prev)
	s.changed.Broadcast()
}

// nextSearch is for the Expectation that is not met yet; nil is all of them.
func (s *script) nextSearch(prev rune) *search {
	if s.met == len(s.awaited) {
		return nil
	}
	return begin(s.dialogue.Steps[s.awaited[s.met]].Expect, prev)
}

// CloseWrite is told that the far end has finished. That is a failure while something is
// awaited of it.
func (s *script) CloseWrite() error {
	if err := s.farEnded(); err != nil {
		return err
	}
	return s.Stream.CloseWrite()
}

func (s *script) farEnded() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.search != nil && s.search.end() {
		s.meet()
	}
	if s.search == nil {
		return nil
	}
	return s.unmet(", then the far end closed")
}

// brokenOff is the failure of a session whose far end broke off; nil where nothing was
// awaited of it any more.
func (s *script) brokenOff(why string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.search == nil {
		return nil
	}
	return s.unmet(", then: " + why)
}

// isOver: all was said, and then met.
func (s *script) isOver() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	last := len(s.dialogue.Steps) - 1
	return s.step >= last && s.search == nil && s.dialogue.Steps[last].Expect != nil
}

// wind starts the clock of a step: while something is still awaited, none may take longer.
func (s *script) wind() {
	s.unwind()
	if s.dialogue.Limit == 0 || s.search == nil {
		return
	}
	c := &stepClock{}
	c.timer = time.AfterFunc(s.dialogue.Limit, func() { s.expire(c) })
	s.clock = c
}

func (s *script) unwind() {
	if s.clock != nil {
		s.clock.timer.Stop()
		s.clock = nil
	}
}

// expire ends the session, for its step has taken too long.
func (s *script) expire(c *stepClock) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.clock != c || s.dialogue.Steps[s.step].Expect != nil && s.hasMet(s.step):
	case !c.again:
		c.again = true
		c.timer.Reset(restMoment)
	default:
		s.lost <- s.tooLate()
		s.clock, s.failed = nil, true
	}
}

// hasClock: a clock of its own runs, in place of the session's idle clock.
func (s *script) hasClock() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.clock != nil
}

// isIdle: a Read would wait. Behind the last step it has given all.
func (s *script) isIdle() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.step == len(s.dialogue.Steps) || s.dialogue.Steps[s.step].Expect != nil && !s.hasMet(s.step)
}

// StopReading ends a Read that waits, and those to come.
func (s *script) StopReading() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.unwind()
	s.stopped = true
	s.changed.Broadcast()
}

// Close ends the dialogue and closes the near end.
func (s *script) Close() error {
	s.StopReading()
	return s.Stream.Close()
}

// awaitReaderGone is the near end's.
func (s *script) awaitReaderGone() error {
	if w, ok := s.Stream.(interface{ awaitReaderGone() error }); ok {
		return w.awaitReaderGone()
	}
	return errStopped
}

// unmet is the failure of a session whose far end broke off while its near end awaited
// something of it; nil where it did not. What an alert of TLS tells is told as it is.
func (s *session) unmet(why string) error {
	if _, alerted := remoteAlert(s.cause); alerted || s.near.script == nil || s.broken != s.far {
		return nil
	}
	return s.near.script.brokenOff(why)
}

// brokeTooLate: the far end broke off when all that was awaited of it had come and all that
// was said to it was acknowledged. The session was about to end, and lacks nothing.
func (s *session) brokeTooLate() bool {
	return s.broken != nil && s.broken == s.far && s.near.script != nil && s.near.script.isOver() && s.sentAll() && s.far.unacked() == 0
}
