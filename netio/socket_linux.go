package netio

import "golang.org/x/sys/unix"

const (
	tcpClose   = 7 // TCP_CLOSE of the enum in <netinet/tcp.h>
	finInQueue = 1 // our FIN takes a sequence number (RFC 9293, section 3.4), which SIOCOUTQ counts
)

// sendQueue is what tcp(7) calls SIOCOUTQ: bytes not acknowledged, FIN included.
func sendQueue(fd uintptr) int {
	n, err := unix.IoctlGetInt(int(fd), unix.SIOCOUTQ)
	if err != nil {
		return 0
	}
	return n
}

func connectionDead(fd uintptr) bool {
	info, err := unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO)
	return err == nil && info.State == tcpClose
}
