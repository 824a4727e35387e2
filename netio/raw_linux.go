package netio

import (
	"net"
	"net/netip"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// A rawConn is a connected socket that Go's poller does not know, so that what
// happens to it wakes its loop and nobody else. Its Read and Write never wait:
// a socket that is not ready is EAGAIN.
type rawConn struct {
	fd   int
	loop *loop // that it was accepted for; nil: any
}

func (c *rawConn) Read(p []byte) (int, error)            { return rawRead(c.fd, p) }
func (c *rawConn) Write(p []byte) (int, error)           { return rawWrite(c.fd, p) }
func (c *rawConn) CloseWrite() error                     { return rawShutdown(c.fd, unix.SHUT_WR) }
func (c *rawConn) CloseRead() error                      { return rawShutdown(c.fd, unix.SHUT_RD) }
func (c *rawConn) SetLinger(sec int) error               { return rawSetLinger(c.fd, sec) }
func (c *rawConn) SetDeadline(time.Time) error           { return os.ErrNoDeadline }
func (c *rawConn) SetReadDeadline(time.Time) error       { return os.ErrNoDeadline }
func (c *rawConn) SyscallConn() (syscall.RawConn, error) { return rawControl(c.fd), nil }

func (c *rawConn) Close() error {
	if c.loop != nil {
		c.loop.clients.Add(-1)
		c.loop = nil
	}
	return rawClose(c.fd)
}

func (c *rawConn) LocalAddr() net.Addr {
	sa, _ := syscall.Getsockname(c.fd)
	if path, ok := sa.(*syscall.SockaddrUnix); ok {
		return &net.UnixAddr{Net: "unix", Name: path.Name}
	}
	return net.TCPAddrFromAddrPort(addrPort(sa))
}

func (c *rawConn) SetKeepAliveConfig(k net.KeepAliveConfig) error {
	for _, o := range []struct{ level, name, value int }{
		{unix.SOL_SOCKET, unix.SO_KEEPALIVE, 1},
		{unix.IPPROTO_TCP, unix.TCP_KEEPIDLE, int(k.Idle / time.Second)},
		{unix.IPPROTO_TCP, unix.TCP_KEEPINTVL, int(k.Interval / time.Second)},
		{unix.IPPROTO_TCP, unix.TCP_KEEPCNT, k.Count},
	} {
		if err := rawSetInt(c.fd, o.level, o.name, o.value); err != nil {
			return err
		}
	}
	return nil
}

// rawControl is the syscall.RawConn of a rawConn. Nothing waits for it.
type rawControl int

func (c rawControl) Control(f func(uintptr)) error { f(uintptr(c)); return nil }
func (c rawControl) Read(func(uintptr) bool) error { return os.ErrNoDeadline }
func (c rawControl) Write(func(uintptr) bool) error {
	return os.ErrNoDeadline
}

// ordinaryKeepAlive is what Go gives its own sockets (net.KeepAliveConfig).
func ordinaryKeepAlive() net.KeepAliveConfig {
	return net.KeepAliveConfig{Enable: true, Idle: 15 * time.Second, Interval: 15 * time.Second, Count: 9}
}

// toLoop takes the socket away from Go's poller. It reports whether it could.
func (e *End) toLoop() bool {
	if _, ok := e.Stream.(*rawConn); ok {
		return true
	}
	control, err := e.Sock.conn.SyscallConn()
	if err != nil {
		return false
	}
	fd, err := duplicate(control)
	if err != nil {
		return false
	}
	_ = e.Close() // of two descriptors: the socket stays as it is
	e.setConn(&rawConn{fd, nil}, e.Sock.tcp != nil)
	return true
}

// duplicate returns a descriptor of the same socket that Go's poller does not know.
func duplicate(c syscall.RawConn) (fd int, err error) {
	if closed := c.Control(func(old uintptr) { fd, err = unix.FcntlInt(old, unix.F_DUPFD_CLOEXEC, 0) }); closed != nil {
		return -1, closed
	}
	return fd, err
}

// toPoller gives the socket to Go's poller, for goroutines to wait for it.
func (e *End) toPoller() error {
	raw, ok := e.Stream.(*rawConn)
	if !ok {
		return nil
	}
	fd, err := duplicate(rawControl(raw.fd))
	if err != nil {
		return err
	}
	f := os.NewFile(uintptr(fd), "socket") // which owns fd, and closes it
	conn, err := net.FileConn(f)
	_ = f.Close()
	if err != nil {
		return err
	}
	_ = raw.Close() // of two descriptors: the socket stays as it is
	e.setConn(conn.(sockConn), e.Sock.tcp != nil)
	return e.Sock.asked.tune(conn) // net.FileConn sets what Go's own connections have
}

// rawEnd makes the End of a connected TCP socket.
func rawEnd(fd int, l *loop, name string, peer netip.AddrPort) *End {
	all := &struct { // one allocation: clients come by the thousand
		End
		Socket
		rawConn
	}{End{Name: name, Input: InputPipe, Peer: peer.String()}, Socket{}, rawConn{fd, l}}
	all.End.Sock = &all.Socket
	all.setConn(&all.rawConn, true)
	return &all.End
}

// addrPort reads an address of package syscall, whose calls ask the kernel for no
// more than they must.
func addrPort(sa syscall.Sockaddr) netip.AddrPort {
	switch sa := sa.(type) {
	case *syscall.SockaddrInet4:
		return netip.AddrPortFrom(netip.AddrFrom4(sa.Addr), uint16(sa.Port))
	case *syscall.SockaddrInet6:
		ip := netip.AddrFrom16(sa.Addr).Unmap()
		if sa.ZoneId != 0 {
			if i, err := net.InterfaceByIndex(int(sa.ZoneId)); err == nil {
				ip = ip.WithZone(i.Name)
			}
		}
		return netip.AddrPortFrom(ip, uint16(sa.Port))
	}
	return netip.AddrPort{}
}
