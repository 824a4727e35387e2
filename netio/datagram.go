package netio

import (
	"errors"
	"fmt"
	"net"
	"strings"
	"syscall"
	"time"
)

// What sessions of datagrams have of their own: boundaries that are kept, and a
// transport that cannot tell when its peer has finished.

const (
	// maxUDP is the largest payload over IPv4: 65535 less the two headers (RFC 768,
	// RFC 791). Over IPv6, whose header is not counted, it is maxUDP6 (RFC 8200).
	maxUDP  = 65507
	maxUDP6 = 65527

	udpBuffer = 64 << 10 // of a Read: no datagram of UDP is larger
)

// IsDatagram reports whether the transport has no connections: the other side's
// end cannot be told there.
func (a Address) IsDatagram() bool { return a.isUDP() || a.Scheme == "unix-dgram" }

// KeepsBoundaries reports whether a Write of the transport arrives as one Read.
func (a Address) KeepsBoundaries() bool { return a.IsDatagram() || a.Scheme == "unix-seqpacket" }

func (a Address) isUDP() bool { return strings.HasPrefix(a.Scheme, "udp") }

// datagramEnd makes the End of a socket of datagrams, of at most so many bytes.
func datagramEnd(conn sockConn, name, peer string, most int) *End {
	return &End{Stream: conn, Sock: &Socket{conn: conn, endless: true}, Name: name, Peer: peer,
		Input: InputPipe, Datagram: most}
}

// isEndless: the end never tells that it has finished.
func (e *End) isEndless() bool { return e.Sock != nil && e.Sock.endless }

// copyDatagrams keeps the boundaries of the side that has some: a Read of
// datagrams gives one, and a Write to them sends one. A stream gives what fits
// into one. An empty datagram is one, too; to a stream it is nothing.
func (d *direction) copyDatagrams(f *Flow) failure {
	buf := make([]byte, d.pieceSize())
	for came := 0; d.most == 0 || came < d.most; {
		n, err := d.src.Read(buf)
		if n > 0 && !errors.Is(err, errTruncated) || err == nil && d.src.Datagram > 0 {
			came++
			if werr := d.pass(f, buf[:n]); werr != nil {
				return failure{d.dst, werr}
			}
		}
		if err != nil {
			return d.sourceFailed(err)
		}
	}
	return failure{}
}

// pieceSize is the room that a Read needs for a whole datagram, or for what a
// stream may give so that it fits into one.
func (d *direction) pieceSize() int {
	room := min(d.dst.Datagram, maxBuffer)
	if room == maxUDP6 {
		room = maxUDP // a stream is cut alike, whichever way it goes
	}
	switch {
	case d.src.Datagram == 0 && d.dst.grows:
		return max(1, room/2) // a layer may send two bytes for one
	case d.src.Datagram == 0:
		return room
	case d.src.Sock.isUDP():
		return udpBuffer
	}
	return maxBuffer
}

func (d *direction) pass(f *Flow, p []byte) error {
	f.touch() // before it counts: what is in flight has just moved
	d.came(f, len(p))
	if len(p) == 0 && (d.src.Datagram == 0 || d.dst.Datagram == 0) {
		return nil
	}
	return d.write(f, p)
}

// tooLarge is the error of a datagram that is not sent, since it would be cut.
func tooLarge(size, most int) error {
	return &Error{Kind: KindReset, What: fmt.Sprintf("a datagram of %d bytes does not fit (at most %d)", size, most), Err: syscall.EMSGSIZE}
}

// truncated is the error of a datagram that came and was larger than room.
func truncated(room int) error {
	return &Error{Kind: KindReset, What: fmt.Sprintf("a datagram of more than %d bytes came, and was cut", room), Err: errTruncated}
}

var errTruncated = errors.New("truncated")

// describeBreak says how a socket failed in mid-session. Nobody refuses a
// datagram but with an ICMP message, or because its socket is no more.
func (e *End) describeBreak(err error) (Kind, string) {
	kind, why := describe(err)
	var mine *Error
	switch {
	case e.isEndless() && e.Sock.isUDP() && errors.Is(err, errnoAccess): // ICMPv6's, of a firewall
		return KindUnreachable, "prohibited (ICMP)"
	case !e.isEndless(), errors.As(err, &mine), kind == KindOther:
		return KindReset, why
	case kind == KindBind: // EADDRNOTAVAIL, of a send
		return KindUnreachable, "no way to this address"
	case e.Sock.isUDP() && (kind == KindRefused || kind == KindReset): // the latter is Windows's
		return KindRefused, "refused (ICMP port unreachable)"
	}
	return kind, why
}

func (s *Socket) isUDP() bool {
	_, ok := s.conn.LocalAddr().(*net.UDPAddr)
	return ok
}

// lastError is what a socket of datagrams still has to tell of those that were
// sent: on this host's own addresses a refusal comes before the send returns.
func (s *Socket) lastError() error {
	if s.isIdle() {
		return nil
	}
	_ = s.conn.SetReadDeadline(time.Now().Add(10 * time.Millisecond)) // isIdle does not tell everywhere
	_, err := s.conn.Read(make([]byte, udpBuffer))
	var mine *Error
	if err == nil || isStopped(err) || errors.As(err, &mine) {
		return nil
	}
	return err
}

// nothingFollows: the near input has ended or there was none, and the far end
// will never say that it has finished.
func (c *clocks) nothingFollows(s *session) {
	switch {
	case c.ended:
		c.quiet = s.rules.Quiet > 0
		s.flow.touch()
	case s.rules.Bounded && s.rules.Linger > 0:
		c.linger = time.Now().Add(s.rules.Linger)
	case s.near.Sock == nil && c.idle == 0:
		c.noteLater("no input, and datagrams tell no end: -w, -q or Ctrl-C ends this")
	}
}

// silence is when the far end of datagrams will have been silent for long enough.
func (c *clocks) silence(s *session) time.Time {
	if !c.quiet || !c.firstByte.IsZero() && s.flow.In.Read() == 0 {
		return time.Time{}
	}
	return s.flow.lastMove().Add(s.rules.Quiet)
}

// silent ends a session whose far end has been silent, unless that is our doing.
func (c *clocks) silent(s *session) error {
	if s.undelivered() {
		s.flow.touch()
		return nil
	}
	c.quiet = false
	if !s.cameEnough() {
		return c.expired(s, "not all datagrams came; silent for", s.rules.Quiet, "-q")
	}
	s.endNow()
	return nil
}

// cameEnough: the user has not asked for a number of datagrams (-W), which would
// have ended the session.
func (s *session) cameEnough() bool { return s.rules.Datagrams == 0 }
