package netio

import "golang.org/x/sys/windows"

func resetOnClose(fd uintptr) error {
	return windows.SetsockoptLinger(windows.Handle(fd), windows.SOL_SOCKET, windows.SO_LINGER, &windows.Linger{Onoff: 1})
}

const (
	canWatch   = false // awaitGone would spin: a RawConn.Read wakes at once after a FIN
	finInQueue = 0

	lingerInherited = false // accept(2) of Winsock does not say which options are
)

// sendQueue, connectionDead and hungUp: Windows has SIO_TCP_INFO for these,
// which is not used yet; a reset shows at the next Read or Write instead.
func sendQueue(uintptr) int { return 0 }

func connectionDead(uintptr) bool { return false }

func emptiedByReset(uintptr, bool) bool { return false }

func hungUp(uintptr) bool { return false }

// readable is only asked after awaitGone, which does not work here.
func readable(uintptr) bool { return true }

// writable: a write of Go's waits by itself.
func writable(uintptr) bool { return true }

// setBroadcast allows datagrams to a broadcast address, or not.
func setBroadcast(fd uintptr, allow bool) error {
	value := 0
	if allow {
		value = 1
	}
	return windows.SetsockoptInt(windows.Handle(fd), windows.SOL_SOCKET, windows.SO_BROADCAST, value)
}
