package netio

import (
	"errors"
	"io"
	"time"
)

// drain waits until the peer's kernel has acknowledged all, our FIN too, and
// throws away what still comes: closing a socket with bytes unread resets it,
// which can eat our own tail. There is no event for an acknowledgement, so the
// queue is asked again after a while that grows to 50 ms.
func (s *Socket) drain() error {
	if s.endless {
		return s.lastError()
	}
	buf := make([]byte, minBuffer)
	if s.tcp == nil {
		s.discardWaiting(buf)
	}
	left, told := 0, false // what was not acknowledged, and whether a Read told of a reset
	for wait := 100 * time.Microsecond; !s.flushed(); wait = min(2*wait, 50*time.Millisecond) {
		left = s.Unacked()
		if s.isDead() {
			if s.Unacked() > 0 { // left may have been acknowledged since, and both FINs
				return errReset
			}
			break
		}
		switch err := s.discard(buf, wait); err {
		case nil:
		case errReset:
			told = true
		default:
			return nil // closed by abort
		}
	}
	emptied := false
	if left > 0 {
		s.ask(func(fd uintptr) { emptied = emptiedByReset(fd, told) })
	}
	if emptied {
		return errReset
	}
	return nil
}

// throwAway reads what comes and forgets it, until StopReading, the end of what comes or Close. It
// returns why it does not go on. TLS is read as such: a record that is cut would break it.
func (e *End) throwAway() error {
	from := io.Reader(e.Sock.conn)
	if e.tls != nil {
		from = e.tls
	}
	for buf := make([]byte, minBuffer); ; {
		if _, err := from.Read(buf); err != nil && !errors.Is(err, errTruncated) {
			return err
		}
	}
}

// discardWaiting lets no more come, reads what has and forgets it: a Unix socket
// tells nothing of its queue, but is reset by a close on unread bytes, too.
func (s *Socket) discardWaiting(buf []byte) {
	_ = s.conn.CloseRead()
	_ = s.conn.SetReadDeadline(time.Time{})
	for !s.isIdle() {
		if _, err := s.conn.Read(buf); err != nil && !errors.Is(err, errTruncated) {
			return
		}
	}
}

// discard reads for a while and forgets it; errReset is that a Read told of one.
func (s *Socket) discard(buf []byte, wait time.Duration) error {
	until := time.Now().Add(wait)
	for {
		if err := s.conn.SetReadDeadline(until); err != nil {
			return err
		}
		if _, err := s.conn.Read(buf); err != nil {
			time.Sleep(time.Until(until)) // after the peer's FIN a Read does not wait
			if kind, _ := describe(err); kind == KindReset {
				return errReset
			}
			return nil
		}
	}
}
