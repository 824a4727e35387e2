package netio

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"os"
	"runtime"
	"strings"
	"syscall"
)

// Unix sockets of datagrams: boundaries as over UDP, but nothing is lost, and
// nobody has a name to be answered at unless he binds one.

// isUnix: an address whose path is that of a socket.
func (a Address) isUnix() bool { return strings.HasPrefix(a.Scheme, "unix") }

// hasUnixKind reports whether the system has Unix sockets of the scheme's kind.
func (a Address) hasUnixKind() bool {
	switch a.Scheme {
	case "unix-dgram":
		return runtime.GOOS != "windows"
	case "unix-seqpacket":
		return runtime.GOOS != "windows" && runtime.GOOS != "darwin"
	}
	return true
}

type unixDatagramDialer struct{ unixDialer }

func dialUnixDatagram(a Address, o Options) (Dialer, error) {
	return &unixDatagramDialer{unixDialer{addr: a, opts: o}}, nil
}

// Dial connects a socket that has a name of its own, so that it can be answered.
func (d *unixDatagramDialer) Dial(ctx context.Context) (*End, error) {
	name, remove, err := ownName()
	if err != nil {
		return nil, &Error{Kind: KindOther, Addr: d.addr.Text, What: "cannot make a name to be answered at: " + Reason(err), Err: err}
	}
	nd := net.Dialer{Control: controlName}
	if name != "" {
		nd.LocalAddr = &net.UnixAddr{Net: "unixgram", Name: name}
	}
	conn, err := d.connect(ctx, nd, "unixgram")
	if err != nil {
		remove()
		return nil, err
	}
	c := &unixDatagramConn{UnixConn: conn, most: mostOfUnix(conn), remove: remove}
	return datagramEnd(c, d.addr.Text, conn.RemoteAddr().String(), c.most), nil
}

// A unixDatagramConn is a connected Unix socket of datagrams as a Stream.
type unixDatagramConn struct {
	*net.UnixConn
	most   int // bytes of a datagram
	remove func()
}

// Read gives one datagram.
func (c *unixDatagramConn) Read(p []byte) (int, error) {
	n, _, flags, _, err := c.ReadMsgUnix(p, nil)
	if err == nil && flags&msgTruncated != 0 {
		err = truncated(len(p))
	}
	return max(n, 0), err // recvmsg(2) says -1 beside an error
}

// Write sends one datagram, and waits while the other side has no room for it.
func (c *unixDatagramConn) Write(p []byte) (int, error) {
	if len(p) > c.most {
		return 0, tooLarge(len(p), c.most)
	}
	if len(p) == 0 {
		return 0, sendEmpty(c.UnixConn)
	}
	return c.UnixConn.Write(p)
}

// CloseWrite does nothing: there is no way to say that no more is sent.
func (c *unixDatagramConn) CloseWrite() error { return nil }

// Close closes the socket, and removes its name where that is a file.
func (c *unixDatagramConn) Close() error {
	defer c.remove()
	return c.UnixConn.Close()
}

// listenUnixDatagram binds a Unix socket of datagrams as listenUnix does.
func listenUnixDatagram(ctx context.Context, a Address, o Options) (Listener, error) {
	var conn net.PacketConn
	lc := net.ListenConfig{Control: o.control}
	file, err := bindUnixFile(a, func() (err error) {
		conn, err = lc.ListenPacket(ctx, "unixgram", a.Path)
		return err
	})
	if err != nil {
		return nil, err
	}
	return newPeerTable(a.Text, []sharedSocket{&unixDatagramSocket{conn.(*net.UnixConn), file}}, o), nil
}

// A unixDatagramSocket is a bound Unix socket that its peers share.
type unixDatagramSocket struct {
	*net.UnixConn
	file unixFile
}

func (s *unixDatagramSocket) receive(p []byte) (int, origin, error) {
	n, _, flags, from, err := s.ReadMsgUnix(p, nil)
	if err == nil && flags&msgTruncated != 0 {
		err = truncated(len(p))
	}
	var o origin
	if from != nil {
		o.path = from.Name
	}
	return n, o, err
}

func (s *unixDatagramSocket) send(p []byte, to *peer) error {
	if to.key.from.path == "" {
		return &Error{Kind: KindReset, What: "the client's socket has no name to answer it at"}
	}
	return sendUnix(s.UnixConn, p, to.key.from.path, to.gone)
}

// connect: others are not refused. A socket that is connected to one whose file
// is gone could not answer it any more.
func (s *unixDatagramSocket) connect(origin) error { return errors.ErrUnsupported }

func (s *unixDatagramSocket) know(from origin) particulars {
	return particulars{name: from.path, local: s.LocalAddr(), most: mostOfUnix(s.UnixConn)}
}

// Addr returns the socket's path, absolute where that is not too long to dial.
func (s *unixDatagramSocket) Addr() net.Addr {
	if s.file.path == "" {
		return s.LocalAddr()
	}
	return &net.UnixAddr{Net: "unixgram", Name: s.file.path}
}

// Close removes the socket's file, too.
func (s *unixDatagramSocket) Close() error {
	s.file.remove()
	return s.UnixConn.Close()
}

// A unixFile is the file of a socket that was bound. The zero unixFile is none.
type unixFile struct {
	path string
	info fs.FileInfo
}

// remove unlinks the file if it still is ours.
func (f unixFile) remove() {
	if now, err := os.Lstat(f.path); err == nil && f.info != nil && os.SameFile(now, f.info) {
		_ = os.Remove(f.path)
	}
}

// mostOfUnix is the largest datagram of a Unix socket. On Linux a few bytes of the
// send buffer are the kernel's own (unix_dgram_sendmsg); more than we could read is not sent.
func mostOfUnix(conn syscall.Conn) int {
	size := 0
	if raw, err := conn.SyscallConn(); err == nil {
		_ = raw.Control(func(fd uintptr) { size = sendBuffer(fd) - 32 })
	}
	return max(1, min(size, maxBuffer))
}
