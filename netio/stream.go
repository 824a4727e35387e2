// Package netio knows how two ends are joined: the schemes of addresses, the
// sockets below them, and the one pump that moves bytes between them.
package netio

import (
	"context"
	"io"
	"net"
	"slices"
	"time"
)

// A Stream is one open end. *net.TCPConn and *net.UnixConn are Streams as they
// stand, so a session that nobody observes hands the pump the sockets themselves.
//
// CloseWrite ends the stream's own direction in order (a FIN on TCP) and leaves
// the other one open. Close frees it; on a socket whose linger is still 0, as
// this package opens them all, Close is a reset (see Socket.Settle).
type Stream interface {
	io.Reader
	io.Writer
	io.Closer
	CloseWrite() error
}

// A Stopper is a Stream that is not a socket and whose Read can be called off:
// after StopReading a Read that waits returns errStopped, and what was not read
// stays with the source.
type Stopper interface{ StopReading() }

// Input tells what a near end's reading side is, for the rules of ending.
type Input int

// The inputs. The zero value is a stream that ends by itself.
const (
	InputStream   Input = iota // a file or device: it gives all it has, then ends
	InputPipe                  // a pipe or socket: its writer may never close it
	InputTerminal              // a person, who stops when the far end does
	InputNone                  // /dev/null, closed, or not wanted
	InputShared                // one session's part of an input for several, which stops when the far end does
)

// endsWithFar: it is not waited for any more when the far end has finished.
func (i Input) endsWithFar() bool { return i == InputTerminal || i == InputShared }

// A child is the process that an End is of. It stands beside the Stream for the same
// reason as the Socket. It has exited when Read has told its end.
type child interface {
	Stopper
	isIdle() bool
	terminate()   // asks it to end, and sees to it that it does
	drain() error // waits a moment for its exit: the error is its own failure
}

// An End is an open Stream with what must be known beside it.
type End struct {
	Stream
	Sock  *Socket // the raw socket below the Stream; nil where there is none
	Name  string  // the endpoint in the user's own words
	Peer  string  // the numeric address of the other side; empty where there is none
	Input Input   // only looked at on the near side of Join
	Size  int64   // bytes that reading will give, where a file tells; else 0

	Through string // the proxies on the way, whose first one is Peer; empty where there are none

	// Datagram is the largest payload that one Write can send, where each Write is
	// one datagram and each Read gives one; 0 is a stream of bytes.
	Datagram int

	Timings *Timings // of how it was opened; nil where nobody asked

	Accepted bool // the peer connected to us, as far as layers need to know; else we dialled it

	digest    *digested                   // the layer that makes the digest; nil without one
	grows     bool                        // a layer may send two bytes for one
	pacing    []pacing                    // of layers that wait by themselves, the outermost last
	script    *script                     // the dialogue that the near end has; nil where there is none
	process   child                       // the process it is of; nil where there is none
	tls       *tlsStream                  // the secured stream, below any layer; nil without TLS
	handshake func(context.Context) error // what an accepted end owes before its session; nil is nothing
	lost      <-chan error                // tells that the session has lost a near end without a socket; nil: never

	finished bool // our direction to it has ended; the session's own
}

// A Dialer opens one end. Dial gives up when ctx ends; the error is an *Error.
type Dialer interface {
	Dial(ctx context.Context) (*End, error)
}

// A Listener gives one end after another. Accept is ended by Close.
type Listener interface {
	Accept() (*End, error)
	Addr() net.Addr
	Close() error
}

// Local returns the numeric address of this side; empty where there is none.
func (e *End) Local() string {
	if e.Sock == nil {
		return ""
	}
	return e.Sock.conn.LocalAddr().String()
}

// CloseInOrder closes an end that nothing is owed to any more: the kernel
// delivers what is queued, and the peer reads an end, not a reset.
func (e *End) CloseInOrder() {
	if e.tls != nil && !e.finished {
		_ = e.CloseWrite()
		e.tls.awaitNotified()
	}
	if e.Sock != nil {
		e.Sock.Settle()
	}
	_ = e.Close()
}

func (e *End) unacked() int {
	if e.Sock == nil {
		return 0
	}
	return e.Sock.Unacked()
}

// A pacing is of a layer that waits by itself. Any of it may be nil.
type pacing struct {
	stopReading func()             // calls off a Read that waits, and those to come: errStopped
	stopWriting func()             // the same of a Write
	piece       func(p []byte) int // how much of p, which is not empty, one Write takes: each piece counts when it is written
	held        func() bool        // a Read waits for somebody who is neither end: what has come is there, and is not taken
	waited      func() time.Time   // when it waited last, now while it does: nobody else's silence or slowness
	paused      func() time.Time   // the same of pauses that were asked for, which count as silence
}

// paces registers a layer that waits by itself.
func (e *End) paces(p pacing) { e.pacing = append(e.pacing, p) }

// piece returns how much of p is to be given to one Write.
func (e *End) piece(p []byte) []byte {
	for _, l := range e.pacing {
		if l.piece != nil && len(p) > 0 {
			p = p[:l.piece(p)]
		}
	}
	return p
}

// waited returns when a layer of e held its bytes back last; zero is never.
func (e *End) waited() (last time.Time) {
	for _, l := range e.pacing {
		if l.waited != nil && l.waited().After(last) {
			last = l.waited()
		}
	}
	return last
}

// isHeld reports whether what e has to give is held up by somebody who is neither end.
func (e *End) isHeld() bool {
	return slices.ContainsFunc(e.pacing, func(l pacing) bool { return l.held != nil && l.held() })
}

// heldBack returns when a layer of e waited or paused last; zero is never.
func (e *End) heldBack() time.Time {
	last := e.waited()
	for _, l := range e.pacing {
		if l.paused != nil && l.paused().After(last) {
			last = l.paused()
		}
	}
	return last
}

// stopReading calls off what waits to read from e, where that can be done.
func (e *End) stopReading() {
	for _, l := range e.pacing {
		if l.stopReading != nil {
			l.stopReading()
		}
	}
	if e.Sock != nil {
		e.Sock.StopReading()
	} else if e.process != nil {
		e.process.StopReading()
	} else if s, ok := e.Stream.(Stopper); ok {
		s.StopReading()
	}
}

// sayGoodbye ends our direction where the FIN of a close would not say it, and waits for
// that for a moment.
func (e *End) sayGoodbye(moment time.Duration) {
	if e.tls == nil || e.finished {
		return
	}
	_ = e.CloseWrite()
	select {
	case <-e.tls.notified:
	case <-time.After(moment):
	}
}

// closesSocket: CloseWrite sends the socket's FIN. TLS has an end of its own.
func (e *End) closesSocket() bool { return e.Sock != nil && e.tls == nil }

// wasReset reports whether a stream that gave its end was reset in truth. The end
// of a TLS stream is the peer's own word.
func (e *End) wasReset() bool { return e.closesSocket() && e.Sock.IsReset() }

// drain waits until nothing of what was given to e is on its way any more.
func (e *End) drain() error {
	if e.process != nil {
		return e.process.drain()
	}
	if e.tls != nil {
		if err := e.awaitGoodbye(); err != nil {
			return err
		}
	}
	return e.Sock.drain()
}

// stopWriting calls off a Write of e that waits for a clock of its own.
func (e *End) stopWriting() {
	for _, l := range e.pacing {
		if l.stopWriting != nil {
			l.stopWriting()
		}
	}
}

// flush gives out what e's own stream has held back of what was written to it: nothing
// follows.
func (e *End) flush() error {
	if s, ok := e.Stream.(interface{ flush() error }); ok {
		return s.flush()
	}
	return nil
}

// within does what may have to wait, as a terminal that was stopped has it, and goes on without
// it after a moment.
func within(moment time.Duration, do func()) {
	done := make(chan struct{})
	go func() { defer close(done); do() }()
	select {
	case <-done:
	case <-time.After(moment):
	}
}

// isIdle reports whether a Read of e would give nothing now.
func (e *End) isIdle() bool {
	if e.Sock != nil {
		return e.Sock.isIdle()
	}
	if e.process != nil {
		return e.process.isIdle()
	}
	s, ok := e.Stream.(interface{ isIdle() bool })
	return ok && s.isIdle()
}
