package netio

import "golang.org/x/sys/unix"

// sendQueue is getsockopt(2)'s SO_NWRITE: bytes not acknowledged.
func sendQueue(fd uintptr) int {
	n, err := unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_NWRITE)
	if err != nil {
		return 0
	}
	return n
}
