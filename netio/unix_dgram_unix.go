//go:build unix

package netio

import (
	"net"
	"time"

	"golang.org/x/sys/unix"
)

func sendBuffer(fd uintptr) int {
	n, err := unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_SNDBUF)
	if err != nil {
		return 0
	}
	return n
}

// sendUnix sends a datagram to a path. While the receiver has no room it waits:
// poll(2) does not tell of room at the end of a socket that is not connected, so
// it asks again, after a while that grows to 50 ms.
func sendUnix(conn *net.UnixConn, p []byte, path string, gone <-chan struct{}) error {
	raw, err := conn.SyscallConn()
	if err != nil {
		return err
	}
	to := &unix.SockaddrUnix{Name: path}
	for wait := time.Millisecond; ; wait = min(2*wait, 50*time.Millisecond) {
		if e := raw.Control(func(fd uintptr) { err = unix.Sendto(int(fd), p, 0, to) }); e != nil {
			return e
		}
		switch err {
		case unix.EAGAIN, unix.ENOBUFS: // the latter on the BSDs and macOS
		case unix.EINTR:
			continue
		default:
			return err
		}
		select {
		case <-time.After(wait):
		case <-gone:
			return errStopped
		}
	}
}

// sendEmpty sends an empty datagram on a connected socket: for that, Go's Write
// does not wait while there is no room.
func sendEmpty(conn *net.UnixConn) error {
	raw, err := conn.SyscallConn()
	if err != nil {
		return err
	}
	if e := raw.Write(func(fd uintptr) bool {
		err = unix.Send(int(fd), nil, 0)
		return err != unix.EAGAIN && err != unix.EINTR
	}); e != nil {
		return e
	}
	return err
}
