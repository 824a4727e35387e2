//go:build unix && !darwin

package netio

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// connectionDead asks for the peer's address, which a socket has until it is disconnected, and
// which takes no error away from a Read (getpeername(2), ENOTCONN). A send of no bytes would not
// tell: after our own FIN it always fails. TCP_INFO has Linux's states, but not under qemu-user.
func connectionDead(fd uintptr) bool {
	_, err := syscall.Getpeername(int(fd)) // that of x/sys asks for the protocol, too
	return err == unix.ENOTCONN
}

// hungUp asks without reading SO_ERROR, which would take the error away from
// a Read that needs it.
func hungUp(fd uintptr) bool {
	return pollNow(fd, 0)&(unix.POLLERR|unix.POLLHUP) != 0
}
