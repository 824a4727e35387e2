package netio

import "golang.org/x/sys/unix"

// carry moves what can be moved without waiting.
func (s *loopSession) carry(l *lane) {
	for range burst {
		switch {
		case s.over || l.d.done:
			return
		case len(l.held) > 0:
			if !l.dst.writable {
				return
			}
			s.write(l, l.held)
			s.flow.touch()
			continue
		case l.src.stopped:
			s.tell(event{what: directionEnded, dir: l.d, fail: failure{l.d.src, errStopped}})
			return
		case !l.src.readable:
			return
		}
		n, err := rawRead(l.src.fd, s.loop.buf)
		switch {
		case err == unix.EAGAIN:
			l.src.readable = false
		case err == unix.EINTR:
		case err != nil:
			s.tell(event{what: directionEnded, dir: l.d, fail: failure{l.d.src, err}})
		case n == 0:
			l.src.empty = true
			s.tell(event{what: directionEnded, dir: l.d, fail: l.d.sourceEnded()})
		default:
			// A short read has emptied the socket (epoll(7)), and what comes next is
			// an event; a FIN, and what is behind an urgent byte, were one already.
			l.src.readable = n == len(s.loop.buf) || l.src.readOn
			l.d.came(&s.flow, n)
			if s.clocks.idle > 0 {
				s.flow.touch()
			}
			s.write(l, s.loop.buf[:n])
		}
	}
	s.queue()
}

// write writes p, which the lane holds or the loop has just read, and holds
// what the socket has no room for.
func (s *loopSession) write(l *lane, p []byte) {
	n, err := rawWrite(l.dst.fd, p)
	if n > 0 {
		l.d.written.Add(int64(n))
		p = p[n:]
	}
	switch {
	case len(p) > 0 && (err == nil || err == unix.EAGAIN):
		l.dst.writable = false
	case err != nil && err != unix.EINTR:
		s.tell(event{what: directionEnded, dir: l.d, fail: failure{l.d.dst, err}})
		return
	}
	s.hold(l, p)
}

// hold keeps p until the socket has room. Most often there is none to keep.
func (s *loopSession) hold(l *lane, p []byte) {
	switch {
	case len(p) == 0:
		s.loop.release(l.buffer)
		l.held, l.buffer = nil, nil
	case l.held != nil:
		l.held = p
	case len(p) <= smallHold:
		l.held = append([]byte(nil), p...)
	default:
		l.held, l.buffer = p, s.loop.keep()
	}
}

// attend does for a socket what is not about moving bytes.
func (s *loopSession) attend(p *port) {
	if s.over {
		return
	}
	if p.hungUp && !p.draining {
		s.clocks.checkDead(&s.session)
		s.follow(nil)
	}
	if p.hungUp && p.watched && !s.over {
		p.watched = false
		s.tell(event{what: peerGone, end: s.end(p)})
	}
	switch {
	case s.over:
	case p.draining:
		s.discard(p)
	case p.unwanted && s.throwAwayBurst(p):
		s.queue()
	}
}

func (s *loopSession) end(p *port) *End {
	if p == &s.ports[0] {
		return s.near
	}
	return s.far
}

// throwAwayBurst reads what has come and forgets it. It reports whether there may be more.
func (s *loopSession) throwAwayBurst(p *port) bool {
	for range burst {
		if !p.readable || p.empty {
			return false
		}
		n, err := rawRead(p.fd, s.loop.buf)
		if err != unix.EINTR {
			p.readable = n > 0 && (n == len(s.loop.buf) || p.readOn)
		}
	}
	return p.readable && !p.empty
}

// discard is Socket.drain without its waiting.
func (s *loopSession) discard(p *port) {
	e := s.end(p)
	var fail failure
	switch {
	case s.throwAwayBurst(p):
		s.queue()
		return
	case e.Sock.flushed():
	case e.Sock.isDead():
		if e.Sock.Unacked() > 0 {
			fail = failure{e, errReset}
		}
	default:
		s.setTimer()
		return
	}
	p.draining = false
	s.tell(event{what: drained, end: e, fail: fail})
}
