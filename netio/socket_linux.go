package netio

import "golang.org/x/sys/unix"

// finInQueue: our FIN takes a sequence number (RFC 9293, section 3.4), which SIOCOUTQ counts.
const finInQueue = 1

// sendQueue is what tcp(7) calls SIOCOUTQ: bytes not acknowledged, FIN included.
func sendQueue(fd uintptr) int {
	n, err := unix.IoctlGetInt(int(fd), unix.SIOCOUTQ)
	if err != nil {
		return 0
	}
	return n
}

// connectionDead asks for the peer's address, which only a socket in the state CLOSE has not
// (inet_getname in the kernel). TCP_INFO has the state, too, but not under qemu-user.
func connectionDead(fd uintptr) bool {
	_, err := unix.Getpeername(int(fd))
	return err == unix.ENOTCONN
}

// emptiedByReset: the queue stays as it is after a reset.
func emptiedByReset(uintptr, bool) bool { return false }
