//go:build freebsd || netbsd

package netio

import "golang.org/x/sys/unix"

// sendQueue is FIONWRITE of <sys/filio.h>, bytes not acknowledged (soo_ioctl in the kernel;
// tty(4)'s TIOCOUTQ is none of a socket's).
func sendQueue(fd uintptr) int {
	n, err := unix.IoctlGetInt(int(fd), ioctlUnsent)
	if err != nil {
		return 0
	}
	return n
}
