package netio

import (
	"time"

	"golang.org/x/sys/unix"
)

// A loopSession is a session that an event loop carries. All of it is done by
// the loop's goroutine.
type loopSession struct {
	session
	loop    *loop
	done    func(Outcome)
	ports   [2]port // near and far; a Loop has the first only
	out, in lane
	due     time.Time // when the clocks are looked at
	timer   int       // where it is in loop.timers, or noTimer
	young   bool      // keepalive is not set yet
	queued  bool      // in loop.ready
	over    bool
}

// A port is what a loop knows of a socket.
type port struct {
	fd      int
	serial  int32
	session *loopSession
	ready   func(cause error) // of a socket without a session: told of an event, or why the loop ends

	readable, writable bool // as far as is known: the next read or write tells
	readOn             bool // a short read may have left something: a FIN, what an urgent byte was before
	empty              bool // the FIN has come
	hungUp             bool // reset, or both directions ended
	stopped            bool // stopReading
	watched            bool // awaitGone
	unwanted           bool // throwAway
	draining           bool
}

// A lane is one direction on a loop.
type lane struct {
	d        *direction
	src, dst *port
	held     []byte // read, and not written yet
	buffer   []byte // what held is a part of, where that is a loop's; else nil
}

const (
	burst      = 16                    // reads of a session before it is another's turn
	smallHold  = 4 << 10               // up to here bytes that must wait are copied: a buffer is dear
	drainCheck = 50 * time.Millisecond // epoll(7) tells when all is acknowledged; should it not
)

// carry begins a session of p, which many share. It may be called by any goroutine.
func (l *loop) carry(p *Pump, near, far *End, done func(Outcome)) {
	s := &loopSession{loop: l, done: done, timer: noTimer, young: true}
	s.begin(p, near, far, s)
	l.post(s.open)
}

func (s *loopSession) open() {
	err := s.loop.cause
	s.eachEnd(func(e *End) {
		p := s.port(e)
		*p = port{fd: e.Sock.conn.(*rawConn).fd, session: s, readable: e == s.near, writable: true,
			readOn: e.Sock.tcp == nil} // unix(7): a read stops at passed descriptors, too
		if failed := s.loop.add(p); err == nil {
			err = failed
		}
	})
	s.out = lane{d: &s.flow.Out, src: s.port(s.near), dst: s.port(s.far)}
	s.in = lane{d: &s.flow.In, src: s.port(s.far), dst: s.port(s.near)}
	s.loop.timers.set(s, s.flow.started.Add(tightenAfter))
	s.start()
	s.follow(err)
}

func (s *loopSession) port(e *End) *port {
	if e == s.near {
		return &s.ports[0]
	}
	return &s.ports[1]
}

// notice remembers what has happened to the socket.
func (p *port) notice(events uint32) {
	if p.session == nil {
		p.ready(nil)
		return
	}
	if events&(unix.EPOLLERR|unix.EPOLLHUP) != 0 {
		p.hungUp = true
	}
	if events&^unix.EPOLLOUT != 0 {
		p.readable = true
		p.readOn = p.readOn || events&^(unix.EPOLLIN|unix.EPOLLOUT) != 0
	}
	if events&(unix.EPOLLOUT|unix.EPOLLERR|unix.EPOLLHUP) != 0 {
		p.writable = true
	}
	p.session.queue()
}

func (p *port) interrupt(cause error) {
	switch {
	case p.session == nil:
		p.ready(cause)
	case !p.session.over:
		p.session.follow(p.session.interrupted(cause))
	}
}

// queue has progress called before the loop waits again.
func (s *loopSession) queue() {
	if !s.queued && !s.over {
		s.queued = true
		s.loop.ready = append(s.loop.ready, s)
	}
}

// progress does all that can be done now.
func (s *loopSession) progress() {
	s.carry(&s.out)
	s.carry(&s.in)
	s.attend(&s.ports[0])
	if s.near != s.far {
		s.attend(&s.ports[1])
	}
}

// tell hands an event to the session's rules.
func (s *loopSession) tell(e event) { s.follow(s.handle(e)) }

// follow does what the rules have decided.
func (s *loopSession) follow(err error) {
	over, err := s.settle(err)
	if !over {
		s.setTimer()
		return
	}
	s.over = true
	s.loop.remove(&s.ports[0])
	s.loop.remove(&s.ports[1])
	s.loop.release(s.out.buffer)
	s.loop.release(s.in.buffer)
	s.loop.timers.stop(s)
	s.done(s.outcome(err))
}

// setTimer has the clocks looked at when the nearest of them needs it.
func (s *loopSession) setTimer() {
	at := s.clocks.next(&s.session)
	if s.draining > 0 {
		at = earlier(at, time.Now().Add(drainCheck))
	}
	if !at.IsZero() {
		s.loop.timers.set(s, at)
	}
}

func (s *loopSession) tick(now time.Time) {
	if s.young {
		s.young = false
		s.eachEnd(keepAlive)
	}
	s.queue()
	s.follow(s.clocks.check(&s.session, now))
}

// keepAlive sets on a socket what Go sets on its own. A session's first second
// goes without: most of those that come by the thousand are over by then.
func keepAlive(e *End) {
	if e.Sock.tcp != nil && !e.Sock.asked.keepsAlive() {
		_ = e.Sock.tcp.SetKeepAliveConfig(ordinaryKeepAlive())
	}
}

// The carrier: each marks what is to be done, and progress does it.

func (s *loopSession) move(*direction) { s.queue() }

func (s *loopSession) stopReading(e *End) {
	p := s.port(e)
	p.stopped, p.watched = true, false
	s.queue()
}

func (s *loopSession) awaitGone(e *End) {
	s.port(e).watched = true
	s.queue()
}

func (s *loopSession) throwAway(e *End) {
	s.port(e).unwanted = true
	s.queue()
}

// look has the loop ask: only it knows whose the descriptors are.
func (s *loopSession) look(told func(Status)) {
	s.loop.post(func() {
		if s.over {
			told(s.status())
			return
		}
		st := s.inspect()
		if s.clocks.idle == 0 { // see loopSession.carry
			st.Idle = st.idle()
		}
		told(st)
	})
}

// idle is how long no data has passed by what the kernel tells of both sockets; below 0
// where it tells of neither.
func (st Status) idle() time.Duration {
	least := time.Duration(-1)
	for _, info := range []*TCPInfo{st.Near, st.Far} {
		if info != nil && info.idle >= 0 && (least < 0 || info.idle < least) {
			least = info.idle
		}
	}
	return min(least, time.Since(st.Begun))
}

func (s *loopSession) drain(e *End) {
	p := s.port(e)
	p.draining, p.watched = true, false
	if e.Sock.tcp == nil { // see Socket.discardWaiting
		_ = e.Sock.conn.CloseRead()
		p.readable = true
	}
	s.queue()
}
