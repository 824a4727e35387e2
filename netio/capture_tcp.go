package netio

import (
	"errors"
	"io"
)

// A tcpTalk captures a stream of bytes as a TCP connection. What is written to the stream is
// recorded before, or an answer could stand in front of its question, and acknowledged when
// it has been taken. What is read is recorded then, and acknowledged at once.
type tcpTalk struct {
	Stream
	talk
	*holds
	ours, theirs half // guarded by the Capture
	over         bool // closed, or reset: nothing follows
}

// A half is one direction of a connection.
type half struct {
	way   way
	next  uint32 // the sequence number of the next byte, which begins again behind 2³²-1
	acked uint32 // the other side has all that is before
	ended bool   // with a FIN
	stuck bool   // a Write has failed: what would follow was not sent
}

// startTCPTalk records the handshake. The two directions begin with these numbers.
func startTCPTalk(s Stream, t talk, ours, theirs uint32) *tcpTalk {
	c := &tcpTalk{Stream: s, talk: t, holds: t.end.heldUpBy(t.capture.rec), ours: half{way: outbound, next: ours}, theirs: half{way: inbound, next: theirs}}
	c.capture.record(func() {
		c.capture.open[c] = struct{}{}
		first, second := &c.ours, &c.theirs
		if c.end.Accepted {
			first, second = second, first
		}
		c.segment(first, flagSYN, nil)
		first.next++
		first.acked = first.next
		c.segment(second, flagSYN|flagACK, nil)
		second.next++
		second.acked = second.next
		c.segment(first, flagACK, nil)
	})
	return c
}

// segment appends one of a half.
func (c *tcpTalk) segment(h *half, flags byte, payload []byte) {
	from, to, other := c.us, c.them, &c.theirs
	if h == other {
		from, to, other = c.them, c.us, &c.ours
	}
	s := segment{seq: h.next, flags: flags, payload: payload}
	if flags&flagACK != 0 {
		s.ack = other.acked
	}
	c.packet(h.way, func(b []byte) []byte { return appendTCP(b, from, to, s) })
}

// data appends the segments of what one Read or Write has.
func (c *tcpTalk) data(h *half, p []byte) {
	if c.over || h.ended || h.stuck {
		return
	}
	for len(p) > 0 {
		piece, flags := p[:min(len(p), maxSegment)], byte(flagACK)
		if len(piece) == len(p) {
			flags |= flagPSH
		}
		c.segment(h, flags, piece)
		h.next += uint32(len(piece))
		p = p[len(piece):]
	}
}

// ack appends the acknowledgement of n more bytes of a half.
func (c *tcpTalk) ack(h *half, n uint32) {
	if c.over || n == 0 {
		return
	}
	other := &c.theirs
	if h == other {
		other = &c.ours
	}
	h.acked += n
	c.segment(other, flagACK, nil)
}

// fin appends the end of a half.
func (c *tcpTalk) fin(h *half) {
	if c.over || h.ended {
		return
	}
	h.ended = true
	c.segment(h, flagFIN|flagACK, nil)
	h.next++
}

// reset appends one, which is a half's last word and that of the other.
func (c *tcpTalk) reset(h *half) {
	if !c.over {
		c.segment(h, flagRST|flagACK, nil)
		c.over = true
	}
}

// Read records what it gives.
func (c *tcpTalk) Read(p []byte) (int, error) {
	if err := c.in.await(); err != nil {
		return 0, err
	}
	n, err := c.Stream.Read(p)
	if n > 0 || err != nil {
		c.capture.record(func() { c.came(p[:n], err) })
	}
	return n, err
}

// came records what a Read has given.
func (c *tcpTalk) came(p []byte, err error) {
	before := c.theirs.next
	c.data(&c.theirs, p)
	c.ack(&c.theirs, c.theirs.next-before)
	switch {
	case err == nil:
	case errors.Is(err, io.EOF) && !c.end.wasReset(), errors.Is(err, errCut):
		before = c.theirs.next
		c.fin(&c.theirs)
		c.ack(&c.theirs, c.theirs.next-before)
	case errors.Is(err, io.EOF):
		c.reset(&c.theirs)
	default:
		c.failed(err)
	}
}

// failed: a Read or Write has told that the connection is broken.
func (c *tcpTalk) failed(err error) {
	kind, _ := describe(err)
	if !isStopped(err) && (kind == KindReset || c.end.process != nil) {
		c.reset(&c.theirs)
	}
}

// Write records what it is given, and then how much of it was taken.
func (c *tcpTalk) Write(p []byte) (int, error) {
	if err := c.out.await(); err != nil {
		return 0, err
	}
	var sent uint32
	c.capture.record(func() {
		before := c.ours.next
		c.data(&c.ours, p)
		sent = c.ours.next - before
	})
	n, err := c.Stream.Write(p)
	c.capture.record(func() {
		c.ack(&c.ours, min(sent, uint32(n)))
		c.ours.stuck = c.ours.stuck || n < len(p)
		if err != nil {
			c.failed(err)
		}
	})
	return n, err
}

// CloseWrite records the end of our direction, which their kernel acknowledges at once.
func (c *tcpTalk) CloseWrite() error {
	c.capture.record(c.ourFIN)
	return c.Stream.CloseWrite()
}

// ourFIN is not acknowledged where they do not have all that was before it.
func (c *tcpTalk) ourFIN() {
	c.fin(&c.ours)
	if c.ours.acked == c.ours.next-1 {
		c.ack(&c.ours, 1)
	}
}

// Close records how the connection is closed. It waits for nobody.
func (c *tcpTalk) Close() error {
	c.stop()
	c.capture.record(c.closed)
	return c.Stream.Close()
}

// closed: in order where both have ended or what is left is the kernel's to deliver, else
// with a reset.
func (c *tcpTalk) closed() {
	delete(c.capture.open, c)
	switch sock := c.end.Sock; {
	case c.over, c.ours.ended && c.theirs.ended:
	case sock == nil || !sock.settled.Load():
		c.reset(&c.ours)
	default:
		c.ourFIN()
	}
	c.over = true
}
