package netio

import "time"

// A session is one run of the pump. It takes every decision, one after the
// other; its carrier moves the bytes, waits, and reports what it finds as
// events. docs/design.md has the table of endings that it follows.
type session struct {
	rules     *Rules
	note      func(string)
	monitor   *Monitor
	near, far *End // the same end in a Loop
	carrier   carrier
	flow      Flow
	clocks    clocks

	first     string // who ended first
	heldFIN   bool   // the near input has ended, its FIN waits for the far end's
	ending    bool   // the far end is not waited for any more
	broken    *End   // the socket that failed first
	throwing  bool   // what still comes from the other one is thrown away
	cause     error  // how it failed
	draining  int    // ends whose kernel still holds bytes; below 0 while none is asked
	lastQueue int

	nearTCP, farTCP *TCPInfo // before the sockets were closed; see measure
	unacked         int64
}

// A carrier does a session's work. What it starts ends with one event, told to
// the session in the order in which things happened.
type carrier interface {
	move(d *direction)      // bytes, from d.src to d.dst: directionEnded
	stopReading(e *End)     // ends a move from e, and what watches it
	awaitGone(e *End)       // the peer of e has finished, and may be gone: peerGone
	throwAway(e *End)       // what still comes from e, which nothing moves any more: no event
	drain(e *End)           // until e's peer has acknowledged all: drained
	look(told func(Status)) // called by any goroutine: tells what inspect finds, from where the sockets may be asked
}

// An event is what a carrier reports.
type event struct {
	what eventKind
	dir  *direction // of directionEnded
	end  *End       // of the others
	fail failure
}

type eventKind int

const (
	directionEnded eventKind = iota
	peerGone
	readerGone // nobody reads standard output
	userLeft   // the escape key was typed
	drained
)

func (s *session) begin(p *Pump, near, far *End, c carrier) {
	s.rules, s.note, s.monitor, s.near, s.far, s.carrier = &p.Rules, p.Note, p.Monitor, near, far, c
	s.draining = -1
	s.flow.started = time.Now()
	s.flow.Out.src, s.flow.Out.dst = near, far
	s.flow.In.src, s.flow.In.dst = far, near
	s.flow.In.most = p.Rules.Datagrams
	s.monitor.began(s)
}

// start sets the directions going. A Loop has one, and a near end without
// input is one that has ended already.
func (s *session) start() {
	s.clocks.start(s)
	if s.near == s.far {
		s.flow.In.done = true
	} else {
		s.carrier.move(&s.flow.In)
	}
	if s.near.Input == InputNone {
		s.flow.Out.done = true
		s.inputEnded(s.rules.FIN != FINNow)
		return
	}
	s.carrier.move(&s.flow.Out)
}

// settle follows up what came of an event or a clock: err ends the session at
// once, with a reset. over: it has ended, err tells how.
func (s *session) settle(err error) (over bool, _ error) {
	if err != nil {
		s.abort()
		return true, err
	}
	s.advance()
	if s.draining == 0 {
		return true, s.close()
	}
	return false, nil
}

// handle takes an event.
func (s *session) handle(e event) error {
	switch e.what {
	case directionEnded:
		e.dir.done = true
		return s.directionEnded(e.dir, e.fail)
	case peerGone:
		return s.peerGone(e.end)
	case readerGone:
		if e.end.finished {
			return nil
		}
		return ReaderGone(nil)
	case userLeft:
		return s.left()
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
	case f.err != nil && f.end.Sock == nil && f.end.process == nil && !isStopped(f.err):
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
	if s.draining >= 0 {
		return
	}
	if !s.flow.Out.done || !s.flow.In.done {
		s.unblock()
		return
	}
	s.draining = 0
	s.clocks.halfOpen(s, false)
	s.eachEnd(func(e *End) {
		if (e.Sock != nil || e.process != nil) && e != s.broken {
			s.draining++
			s.carrier.drain(e)
		}
	})
}

func (s *session) eachEnd(f func(*End)) {
	f(s.near)
	if s.far != s.near {
		f(s.far)
	}
}

// close is the last step: in order if nothing broke, else with a reset.
func (s *session) close() error {
	switch {
	case s.brokeTooLate():
		err := s.finish(s.near)
		s.abort()
		return err
	case s.broken != nil:
		err := s.resetError()
		s.abort()
		return err
	}
	s.measure()
	s.eachEnd((*End).CloseInOrder) // all was acknowledged before: a failure here can lose nothing
	return nil
}

// abort closes both ends with a reset, since their linger is 0. Beside standard
// input nobody waits for that: the kernel may hold the socket while it reads a
// file for it, and the end of the process closes it, too.
func (s *session) abort() {
	s.measure()
	s.eachEnd(func(e *End) {
		e.stopReading()
		switch {
		case e.process != nil:
			e.process.terminate()
		case s.near.Sock == nil:
			go e.Close()
		default:
			_ = e.Close()
		}
	})
	s.eachEnd(func(e *End) {
		if e.process != nil {
			_ = e.Close() // waits for it: a command does not outlive its session
		}
	})
	if s.near.Sock == nil {
		within(restMoment, func() { _ = s.near.flush() })
	}
}

// measure asks the sockets a last time, where somebody wants to know.
func (s *session) measure() {
	if s.monitor == nil || !s.monitor.Sockets {
		return
	}
	s.farTCP, s.unacked = s.far.tcpInfo(), int64(s.far.unacked())
	if s.near != s.far {
		s.nearTCP = s.near.tcpInfo()
	}
}

// interrupted: the run is over. At a terminal Ctrl-C with nothing in flight is
// an end in order; all else is a reset, so that nobody takes a part for a whole.
func (s *session) interrupted(cause error) error {
	if KindOf(cause) == KindInterrupt && s.near.Input == InputTerminal && s.far.Sock != nil && s.comesToRest() {
		s.far.sayGoodbye(restMoment)
		s.far.Sock.Settle()
	}
	return cause
}

// restMoment is how long what is on its way when Ctrl-C is typed may take: the
// acknowledgement of a line typed just before it.
const restMoment = 50 * time.Millisecond

// comesToRest reports whether nothing is in flight, or soon will be. There is no
// event for that; see Socket.drain.
func (s *session) comesToRest() bool {
	for until := time.Now().Add(restMoment); ; time.Sleep(time.Millisecond) {
		queued := !s.flow.Out.done && !s.near.isIdle() // in a hub
		if !queued && !s.flow.Out.inFlight() && !s.flow.In.inFlight() && s.far.Sock.Unacked() == 0 {
			return true
		}
		if time.Now().After(until) {
			return false
		}
	}
}

func (s *session) outcome(err error) Outcome {
	s.monitor.ended(s)
	o := Outcome{Sent: s.flow.Out.Written(), Received: s.flow.In.Written(), First: s.first,
		Duration: time.Since(s.flow.started), SpeaksTLS: s.far.tls == nil && s.flow.In.isAlert(), Digest: s.digest(err), Err: err,
		FirstByte: s.firstByte(), Timings: s.far.Timings, Near: s.nearTCP, Far: s.farTCP, Unacked: min(s.unacked, s.flow.Out.Written())}
	if s.near == s.far {
		o.Received = s.flow.Out.Read()
	}
	if o.Timings != nil {
		o.Total = time.Since(o.Timings.Begun)
	}
	return o
}

// firstByte is how long after the begin the far end's first byte came; 0: none has.
func (s *session) firstByte() time.Duration {
	d := &s.flow.In
	if s.near == s.far {
		d = &s.flow.Out
	}
	return time.Duration(d.first.Load())
}
