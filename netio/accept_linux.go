package netio

import (
	"net"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// acceptors take the clients of a Serve. All is done by one loop's goroutine,
// so that a client costs no change of threads.
type acceptors struct {
	loop     *loop
	sockets  []*acceptor
	most     int
	open     int
	accepted func(*End, func())
	failed   func(error)
	done     func() // what accepted is given
}

// An acceptor is one listening socket.
type acceptor struct {
	*acceptors
	port port
	name string
	more bool          // clients may wait there: no event will tell
	wait time.Duration // the pause after the next failure
}

// serve is Engine.Serve without its waiting. It reports whether it takes l,
// whose sockets it closes when the loop is interrupted.
func (ls *loops) serve(l Listener, most int, accepted func(*End, func()), failed func(error)) bool {
	var all []*listener
	switch l := l.(type) {
	case *listener:
		all = []*listener{l}
	case *listeners:
		all = l.all
	default:
		return false
	}
	group := &acceptors{loop: ls.all[0], most: most, accepted: accepted, failed: failed}
	group.done = func() { group.loop.post(group.release) }
	for _, one := range all {
		tcp, ok := one.Listener.(*net.TCPListener)
		if !ok || !group.add(tcp, one.name) {
			group.close()
			return false
		}
	}
	for _, a := range group.sockets {
		group.loop.post(a.begin)
	}
	_ = l.Close() // ours are descriptors that Go's poller does not know
	return true
}

func (g *acceptors) add(tcp *net.TCPListener, name string) bool {
	raw, err := tcp.SyscallConn()
	if err != nil {
		return false
	}
	fd, ok := duplicate(raw)
	if !ok {
		return false
	}
	_ = prepare(fd) // accepted sockets inherit their options (tcp(7))
	a := &acceptor{acceptors: g, name: name, wait: minBackoff}
	a.port = port{fd: fd, ready: a.ready}
	g.sockets = append(g.sockets, a)
	return true
}

func (g *acceptors) close() {
	for _, a := range g.sockets {
		_ = unix.Close(a.port.fd)
	}
}

func (a *acceptor) begin() {
	if err := a.loop.add(&a.port); err != nil || a.loop.cause != nil {
		a.ready(a.loop.cause)
	}
}

// ready is told that there may be clients, or that none are wanted any more.
func (a *acceptor) ready(cause error) {
	if cause != nil {
		a.loop.remove(&a.port)
		_ = unix.Close(a.port.fd)
		return
	}
	for range burst {
		if a.more = a.open >= a.most; a.more {
			return // release goes on
		}
		fd, from, err := unix.Accept4(a.port.fd, unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC)
		switch err {
		case nil:
			a.wait = minBackoff
			a.open++
			a.accepted(rawEnd(fd, a.name, addrPort(from)), a.done)
		case unix.EAGAIN:
			return
		case unix.EINTR, unix.ECONNABORTED:
		default:
			a.backOff(err)
			return
		}
	}
	a.loop.post(a.again)
}

// release: a client is done with.
func (g *acceptors) release() {
	g.open--
	for _, a := range g.sockets {
		if a.more {
			a.again()
		}
	}
}

func (a *acceptor) again() {
	if a.loop.cause == nil {
		a.ready(nil)
	}
}

func (a *acceptor) backOff(err error) {
	if a.wait == minBackoff {
		a.failed(os.NewSyscallError("accept4", err))
	}
	time.AfterFunc(a.wait, func() { a.loop.post(a.again) })
	a.wait = min(2*a.wait, maxBackoff)
}
