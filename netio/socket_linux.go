package netio

import "golang.org/x/sys/unix"

// finInQueue: our FIN takes a sequence number (RFC 9293, section 3.4), which SIOCOUTQ counts.
const finInQueue = 1

// sendQueue is what tcp(7) calls SIOCOUTQ: bytes not acknowledged, FIN included.
func sendQueue(fd uintptr) int { return rawQueue(int(fd), unix.SIOCOUTQ) }

// emptiedByReset: the queue stays as it is after a reset.
func emptiedByReset(uintptr, bool) bool { return false }
