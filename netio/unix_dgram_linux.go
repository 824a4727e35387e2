package netio

import (
	"net"
	"syscall"

	"golang.org/x/sys/unix"
)

// ownName is the name of a client's socket: none, since the kernel makes one that
// is no file (unix(7), Autobind feature).
func ownName() (name string, remove func(), err error) { return "", func() {}, nil }

// controlName has the kernel name the socket: a bind to an address without a path.
func controlName(_, _ string, raw syscall.RawConn) error {
	var err error
	if e := raw.Control(func(fd uintptr) { err = unix.Bind(int(fd), &unix.SockaddrUnix{}) }); e != nil {
		return e
	}
	return err
}

// packetMark is room for the sender's credentials, which every packet comes with
// after markEmptyPackets, and the end does not.
const packetMark = unix.SizeofCmsghdr + unix.SizeofUcred + 4

func markEmptyPackets(conn *net.UnixConn) {
	if raw, err := conn.SyscallConn(); err == nil {
		_ = raw.Control(func(fd uintptr) { _ = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_PASSCRED, 1) })
	}
}
