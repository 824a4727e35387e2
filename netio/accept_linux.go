package netio

import (
	"context"
	"errors"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// acceptors take the clients of a Serve, on every loop: a session stays where its
// client was accepted, so that it costs no change of threads, unless another loop
// has less to do.
type acceptors struct {
	loops    *loops
	sockets  []int // the listening ones, which all loops share
	all      []*acceptor
	most     int64
	open     atomic.Int64   // clients that are served
	active   sync.WaitGroup // acceptors that may still give a client
	accepted func(*End, func())
	failed   func(error)
}

// An acceptor is one listening socket on one loop. All is done by the loop's
// goroutine.
type acceptor struct {
	*acceptors
	loop  *loop
	port  port
	name  string
	asked *SocketOptions // nil: nothing
	wait  time.Duration  // the pause after the next failure

	watching, resting, closed bool
}

// serve is Engine.Serve. It reports false at once where it cannot serve l.
func (ls *loops) serve(ctx context.Context, l Listener, most int, accepted func(*End, func()), failed func(error)) bool {
	var sockets []*listener
	switch l := l.(type) {
	case *listener:
		sockets = []*listener{l}
	case *listeners:
		sockets = l.all
	default:
		return false
	}
	g := &acceptors{loops: ls, most: int64(most), accepted: accepted, failed: failed}
	for _, socket := range sockets {
		if !g.add(socket) {
			g.close()
			return false
		}
	}
	g.active.Add(len(g.all))
	for _, a := range g.all {
		a.loop.post(a.begin)
	}
	_ = l.Close() // ours are descriptors that Go's poller does not know
	<-ctx.Done()
	g.active.Wait() // until the loops have been interrupted
	g.close()
	return true
}

func (g *acceptors) add(l *listener) bool {
	tcp, ok := l.Listener.(*net.TCPListener)
	if !ok {
		return false
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return false
	}
	fd, err := duplicate(raw)
	if err != nil {
		return false
	}
	g.sockets = append(g.sockets, fd)
	for _, on := range g.loops.all {
		a := &acceptor{acceptors: g, loop: on, name: l.name, asked: l.asked, wait: minBackoff}
		a.port = port{fd: fd, ready: a.ready}
		g.all = append(g.all, a)
	}
	return true
}

// inherit sets on a socket, before it listens, what those that a loop accepts have from
// it (tcp(7)): a client can connect before the loop is there.
func (o *SocketOptions) inherit(raw syscall.RawConn) error {
	var err error
	closed := raw.Control(func(fd uintptr) {
		if !o.Nagle {
			err = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_NODELAY, 1)
		}
		if o.KeepAlive > 0 && err == nil {
			err = (&rawConn{int(fd), nil}).SetKeepAliveConfig(o.keepAlive())
		}
	})
	return errors.Join(closed, err)
}

func (g *acceptors) close() {
	for _, fd := range g.sockets {
		_ = unix.Close(fd)
	}
}

// take reserves a slot for a client.
func (g *acceptors) take() bool {
	for {
		n := g.open.Load()
		if n >= g.most {
			return false
		}
		if g.open.CompareAndSwap(n, n+1) {
			return true
		}
	}
}

// done: a client is done with, and who waited for its slot goes on.
func (g *acceptors) done() { g.free(nil) }

func (g *acceptors) free(by *acceptor) {
	if g.open.Add(-1) != g.most-1 {
		return
	}
	for _, a := range g.all {
		if a != by {
			a.loop.post(a.begin)
		}
	}
}

// begin accepts clients, or goes on with it.
func (a *acceptor) begin() {
	switch {
	case a.loop.cause != nil:
		a.ready(a.loop.cause)
	case a.watching, a.resting, a.closed:
	default:
		a.watching = true
		if err := a.loop.listen(&a.port); err != nil {
			a.backOff(err)
		}
	}
}

func (a *acceptor) pause() {
	a.watching = false
	a.loop.unwatch(&a.port)
}

// ready is told that there may be a client, or that none is wanted any more.
func (a *acceptor) ready(cause error) {
	switch {
	case a.closed:
		return
	case cause != nil:
		a.closed = true
		if a.watching {
			a.pause()
		}
		a.loop.remove(&a.port)
		a.active.Done()
		return
	case !a.watching:
		return
	}
	if !a.take() {
		a.pause()
		return
	}
	fd, from, err := syscall.Accept4(a.port.fd, unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC)
	if err == nil {
		a.wait = minBackoff
		l := a.loops.lightest(a.loop)
		l.clients.Add(1)
		end := rawEnd(fd, l, a.name, addrPort(from))
		end.Sock.asked = a.asked
		a.accepted(end, a.done)
		return
	}
	a.free(a)
	switch err {
	case syscall.EAGAIN, syscall.EINTR, syscall.ECONNABORTED: // it was another loop's, or is gone
	default:
		a.backOff(err)
	}
}

func (a *acceptor) backOff(err error) {
	if a.wait == minBackoff {
		a.failed(os.NewSyscallError("accept4", err))
	}
	a.pause()
	a.resting = true
	time.AfterFunc(a.wait, func() { a.loop.post(a.goOn) })
	a.wait = min(2*a.wait, maxBackoff)
}

func (a *acceptor) goOn() {
	a.resting = false
	a.begin()
}
