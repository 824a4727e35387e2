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

// connectionDead asks for the state, 0 of which is TCPS_CLOSED (<netinet/tcp_fsm.h>). getpeername(2)
// says EINVAL after both FINs, too, and a send of no bytes EPIPE after ours.
func connectionDead(fd uintptr) bool {
	info, err := unix.GetsockoptTCPConnectionInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_CONNECTION_INFO)
	return err == nil && info.State == 0 || err == unix.ECONNRESET || err == unix.EINVAL
}

// hungUp: getpeername(2) says EINVAL of a socket that is shut both ways, as by a reset. poll(2)
// says POLLHUP after a FIN already, and nothing unless it is asked for something.
func hungUp(fd uintptr) bool {
	_, err := unix.Getpeername(int(fd))
	return err == unix.EINVAL || err == unix.ENOTCONN
}
