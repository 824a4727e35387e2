package netio

import (
	"errors"
	"net"
	"os"
	"sync/atomic"
	"syscall"
	"time"
)

// A Socket is the raw socket below an End. It stands beside the Stream because
// whatever wraps a Stream hides what only the socket can do: reset, tell what
// the other kernel has acknowledged, notice that the peer is gone.
type Socket struct {
	conn    sockConn
	tcp     tcpConn // conn once more; nil for all that is not TCP
	endless bool    // the transport has no end: a peer never tells that it has finished
	finSent atomic.Bool
	settled atomic.Bool    // Close is an orderly end
	goodbye atomic.Int32   // bytes of a close_notify, which is no data, at the end of what was sent
	asked   *SocketOptions // by the command line; nil is nothing
}

// A sockConn is a socket as a Stream: *net.TCPConn, *net.UnixConn, or what an
// event loop works on.
type sockConn interface {
	Stream
	syscall.Conn
	CloseRead() error
	LocalAddr() net.Addr
	SetDeadline(time.Time) error
	SetReadDeadline(time.Time) error
}

type tcpConn interface {
	SetLinger(sec int) error
	SetKeepAliveConfig(net.KeepAliveConfig) error
}

// socketEnd makes the End of a connected socket.
func socketEnd(conn net.Conn, name string) *End {
	e := &End{Sock: &Socket{}, Name: name, Input: InputPipe,
		Peer: conn.RemoteAddr().String()}
	_, isTCP := conn.(*net.TCPConn)
	e.setConn(conn.(sockConn), isTCP)
	return e
}

// setConn makes conn the socket of e, and its stream.
func (e *End) setConn(conn sockConn, isTCP bool) {
	e.Stream, e.Sock.conn = conn, conn
	if isTCP {
		e.Sock.tcp = conn.(tcpConn)
	}
}

// controlLinger sets SO_LINGER to (1, 0) before a socket is used, so that a
// process that is killed or gives up in mid-transfer resets the connection: a
// FIN would call a short file whole. Accepted sockets inherit it from their
// listener. Unix sockets ignore it (socket(7)).
func controlLinger(_, _ string, raw syscall.RawConn) error {
	var err error
	if e := raw.Control(func(fd uintptr) { err = resetOnClose(fd) }); e != nil {
		return e
	}
	return err
}

// SetDeadline bounds the Reads and Writes to come; a zero time is no bound.
func (s *Socket) SetDeadline(t time.Time) error { return s.conn.SetDeadline(t) }

// Settle makes Close an orderly end again: the kernel delivers what is queued.
func (s *Socket) Settle() {
	s.settled.Store(true)
	if s.tcp != nil {
		_ = s.tcp.SetLinger(-1) // fails only on a socket that has no connection left
	}
}

// StopReading ends the Reads that wait and those to come; see Stopper.
func (s *Socket) StopReading() { _ = s.conn.SetReadDeadline(time.Unix(1, 0)) }

// stopAll calls off a Write as well.
func (s *Socket) stopAll() { _ = s.conn.SetDeadline(time.Unix(1, 0)) }

// Unacked returns how many bytes written here the peer's kernel has not
// acknowledged, our FIN or close_notify not counted. A Unix socket and a system that does not
// tell give 0: there nothing is known to be missing.
func (s *Socket) Unacked() int {
	n := s.queue()
	if n > 0 && s.finSent.Load() {
		n -= finInQueue
	}
	return max(0, n-int(s.goodbye.Load()))
}

// flushed reports whether the peer's kernel has acknowledged all, our FIN too.
func (s *Socket) flushed() bool { return s.queue() == 0 }

func (s *Socket) queue() int {
	if s.tcp == nil {
		return 0
	}
	n := 0
	s.ask(func(fd uintptr) { n = sendQueue(fd) })
	return n
}

// IsReset reports whether the connection is no more though our FIN was not
// sent, which only a reset does. A Read that returned io.EOF does not tell: the
// one ECONNRESET that the kernel gives may have gone to a blocked Write.
func (s *Socket) IsReset() bool {
	if s.tcp == nil || s.finSent.Load() {
		return false
	}
	// Our FIN may have gone out since, and have been acknowledged. One that comes after a
	// reset fails, and so the reset is told (shutdown(2), ENOTCONN).
	return s.isDead() && !s.finSent.Load()
}

// isBroken: the connection is no more, and did not end in order. After both FINs
// it is no more either, with all acknowledged; should a reset have come then, the
// Read that gets to it tells.
func (s *Socket) isBroken() bool {
	return s.isDead() && (!s.finSent.Load() || s.Unacked() > 0)
}

func (s *Socket) isDead() bool {
	if s.tcp == nil {
		return false
	}
	dead := false
	s.ask(func(fd uintptr) { dead = connectionDead(fd) })
	return dead
}

// watchful tightens keepalive on a connection whose peer has sent its FIN: a
// peer process that is gone answers a probe with RST once its kernel forgets
// it (FIN_WAIT2, 60 s on Linux). Fewer than 30 probes would end a live
// half-closed peer in a short outage of the network. What --keepalive says stays.
func (s *Socket) watchful() {
	if s.tcp != nil && !s.asked.keepsAlive() {
		_ = s.tcp.SetKeepAliveConfig(net.KeepAliveConfig{Enable: true, Idle: 5 * time.Second, Interval: 5 * time.Second, Count: 30})
	}
}

// awaitGone returns nil when the peer is gone: reset, timed out, or for a Unix
// socket closed both ways. It returns an error when StopReading or Close comes
// first. It takes the socket's place of a Read.
func (s *Socket) awaitGone() error {
	raw, err := s.conn.SyscallConn()
	switch {
	case err != nil:
		return err
	case !canWatch:
		return errStopped
	}
	return raw.Read(func(fd uintptr) bool { return hungUp(fd) })
}

// isIdle reports whether a Read would wait.
func (s *Socket) isIdle() bool {
	if shared, ok := s.conn.(*peer); ok {
		return shared.mail.isEmpty()
	}
	idle := false
	s.ask(func(fd uintptr) { idle = !readable(fd) })
	return idle
}

// ask hands the descriptor to f, unless the socket is closed.
func (s *Socket) ask(f func(fd uintptr)) {
	if raw, err := s.conn.SyscallConn(); err == nil {
		_ = raw.Control(f)
	}
}

// isStopped reports whether a Read ended because it was called off.
func isStopped(err error) bool {
	return errors.Is(err, errStopped) || errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, net.ErrClosed)
}

// errStopped is what a Read returns that StopReading called off.
var errStopped = errors.New("reading was stopped")
