//go:build freebsd || openbsd || netbsd || dragonfly

package netio

import "golang.org/x/sys/unix"

// sendQueue is tty(4)'s TIOCOUTQ, which sockets answer too: bytes not acknowledged.
func sendQueue(fd uintptr) int {
	n, err := unix.IoctlGetInt(int(fd), unix.TIOCOUTQ)
	if err != nil {
		return 0
	}
	return n
}

// connectionDead asks for the peer's address, which a socket has until it is disconnected
// (getpeername(2), ENOTCONN). A send of no bytes would not tell: after our own FIN it always fails.
func connectionDead(fd uintptr) bool {
	_, err := unix.Getpeername(int(fd))
	return err == unix.ENOTCONN
}
