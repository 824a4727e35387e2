package netio

import (
	"context"
	"net/netip"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// dialRaw connects to a literal address without a goroutine, where nothing is
// asked for that a tcpDialer is needed for. It reports whether it does.
func (d *tcpDialer) dialRaw(l *loop, near *End, then func(*End, error)) bool {
	to, plain := d.literal()
	if !plain {
		return false
	}
	begun := time.Now()
	fd, err := rawSocket(to)
	if err != nil {
		return false
	}
	if near.hasBytes() {
		// They go out with the last ACK of the handshake (tcp(7)): the target wakes
		// up once, not twice.
		_ = rawSetInt(fd, unix.IPPROTO_TCP, unix.TCP_QUICKACK, 0)
	}
	a := attempt{addr: to, tried: true, begun: begun}
	if err = connectRaw(fd, to); err == unix.EALREADY {
		c := &connecting{dialer: d, loop: l, fd: fd, then: then, attempt: a}
		l.post(c.wait)
		return true
	}
	then(d.rawResult(fd, a, err))
	return true
}

// rawResult makes an End of a socket that is connected, or else closes it.
func (d *tcpDialer) rawResult(fd int, a attempt, err error) (*End, error) {
	if err == nil {
		return d.timed(rawEnd(fd, nil, d.addr.Text, a.addr), a), nil
	}
	_ = rawClose(fd)
	if _, ok := err.(unix.Errno); ok {
		a.err, a.took = err, time.Since(a.begun)
		err = d.failure(context.Background(), []attempt{a})
	}
	return nil, err
}

// literal is the address, where it is one in numbers and nothing else is asked
// for that only a tcpDialer knows. A relay asks for each connection.
func (d *tcpDialer) literal() (to netip.AddrPort, plain bool) {
	d.parsed.Do(func() { d.numeric, d.isNumeric = d.parse() })
	return d.numeric, d.isNumeric
}

func (d *tcpDialer) parse() (to netip.AddrPort, plain bool) {
	ip, err := netip.ParseAddr(d.addr.Host)
	if err != nil || ip.Zone() != "" || isZoneless(ip) || d.opts.Step != nil || d.opts.asked() != nil || d.opts.Source != "" || d.opts.SourcePort != "" {
		return to, false
	}
	if _, err := d.addr.resolve(context.Background(), d.opts); err != nil {
		return to, false
	}
	port, _ := strconv.ParseUint(d.addr.Port, 10, 16) // checked by ParseAddress
	return netip.AddrPortFrom(ip.Unmap(), uint16(port)), true
}

// connectRaw connects, or asks how far that has come: EALREADY is that it goes on.
func connectRaw(fd int, to netip.AddrPort) error {
	err := rawConnect(fd, to)
	if err == unix.EINPROGRESS || err == unix.EINTR {
		err = rawConnect(fd, to) // on this host the answer is there by now
	}
	if err != nil && err != unix.EISCONN {
		return err
	}
	ours, err := syscall.Getsockname(fd)
	if err != nil || addrPort(ours).Port() != to.Port() {
		return nil
	}
	theirs, err := syscall.Getpeername(fd)
	if err == nil && addrPort(ours) == addrPort(theirs) {
		return unix.ECONNREFUSED // the kernel has joined the port to itself: nobody is there
	}
	return nil
}

// hasBytes reports whether a Read would give bytes now.
func (e *End) hasBytes() bool {
	n := 0
	if e.Sock != nil {
		e.Sock.ask(func(fd uintptr) { n = rawQueue(int(fd), unix.SIOCINQ) })
	}
	return n > 0
}

func rawSocket(to netip.AddrPort) (int, error) {
	family := unix.AF_INET6
	if to.Addr().Is4() {
		family = unix.AF_INET
	}
	fd, err := unix.Socket(family, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return -1, err
	}
	if err = rawSetLinger(fd, 0); err == nil {
		err = rawSetInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1)
	}
	if err != nil {
		_ = rawClose(fd)
	}
	return fd, err
}

// A connecting is a socket that waits on a loop to be connected.
type connecting struct {
	dialer *tcpDialer
	loop   *loop
	fd     int
	then   func(*End, error)
	port   port
	timer  *time.Timer
	over   bool
	attempt
}

func (c *connecting) wait() {
	c.port = port{fd: c.fd, ready: c.ready}
	if limit := c.dialer.opts.Timeout; limit > 0 {
		late := c.late(limit)
		c.timer = time.AfterFunc(limit, func() { c.loop.post(func() { c.ready(late) }) })
	}
	err := c.loop.add(&c.port)
	if err == nil {
		err = c.loop.cause
	}
	if err != nil {
		c.ready(err)
	}
}

// late is the error where there is no answer in time.
func (c *connecting) late(limit time.Duration) error {
	failed := c.attempt
	failed.err, failed.took = context.DeadlineExceeded, limit
	err := TimeoutError(c.dialer.addr.Text, "no answer for", limit, c.dialer.opts.TimeoutFlag, "").(*Error)
	err.Attempts = c.dialer.told([]attempt{failed})
	return err
}

// ready is told that there is an answer, or why it is not waited for any more.
func (c *connecting) ready(cause error) {
	if c.over {
		return
	}
	err := cause
	if cause == nil {
		err = connectRaw(c.fd, c.addr)
	}
	if err == unix.EALREADY {
		return
	}
	c.loop.unwatch(&c.port)
	c.loop.remove(&c.port)
	if c.timer != nil {
		c.timer.Stop()
	}
	c.over = true
	c.then(c.dialer.rawResult(c.fd, c.attempt, err))
}
