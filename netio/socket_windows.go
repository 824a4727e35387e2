package netio

import (
	"unsafe"

	"golang.org/x/sys/windows"
)

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

// readable reports whether a read would return bytes, an error, or the end at once (WSAPoll of
// winsock2.h).
func readable(fd uintptr) bool {
	const normal = 0x0100 // POLLRDNORM
	asked := struct {
		fd              uintptr
		events, answers int16
	}{fd: fd, events: normal}
	poll := windows.NewLazySystemDLL("ws2_32.dll").NewProc("WSAPoll")
	n, _, _ := poll.Call(uintptr(unsafe.Pointer(&asked)), 1, 0)
	return n != 0 // SOCKET_ERROR, too: the read tells
}

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
