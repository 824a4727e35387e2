//go:build unix && !linux

package netio

import "golang.org/x/sys/unix"

// finInQueue: the send buffer holds bytes only here, not our FIN.
const finInQueue = 0

// emptiedByReset reports whether a reset has emptied the queue, which looks as if all had been
// acknowledged (soisdisconnected in the kernel). A Read has told of it, or could.
func emptiedByReset(fd uintptr, told bool) bool {
	code, err := unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_ERROR)
	return told || err == nil && code != 0
}
