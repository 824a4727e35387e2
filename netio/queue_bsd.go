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
