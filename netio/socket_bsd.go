//go:build unix && !linux

package netio

import "golang.org/x/sys/unix"

// finInQueue: the send buffer holds bytes only here, not our FIN.
const finInQueue = 0

// connectionDead asks with a send of no bytes, which tells of a reset (EPIPE)
// and takes nothing from a Read.
func connectionDead(fd uintptr) bool {
	_, err := unix.SendmsgN(int(fd), nil, nil, nil, unix.MSG_DONTWAIT)
	return err == unix.EPIPE || err == unix.ECONNRESET
}
