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

// sendQueue: SIO_TCP_INFO has what is on its way, but not what waits in our own kernel.
func sendQueue(uintptr) int { return 0 }

// connectionDead: an error is a reset, a FIN is none. A reset that this does not tell of shows
// at the next Read or Write.
func connectionDead(fd uintptr) bool { return poll(fd, 0)&pollError != 0 }

func emptiedByReset(uintptr, bool) bool { return false }

func hungUp(uintptr) bool { return false }

// What WSAPoll of winsock2.h asks for and tells.
const (
	pollError  = 0x0001 // POLLERR
	pollNormal = 0x0100 // POLLRDNORM
)

// poll returns what a socket has of events, an error in any case.
func poll(fd uintptr, events int16) (answers int16) {
	asked := struct {
		fd              uintptr
		events, answers int16
	}{fd: fd, events: events}
	call := windows.NewLazySystemDLL("ws2_32.dll").NewProc("WSAPoll")
	if n, _, _ := call.Call(uintptr(unsafe.Pointer(&asked)), 1, 0); int32(n) < 0 {
		return pollError
	}
	return asked.answers
}

// readable reports whether a read would return bytes, an error, or the end at once.
func readable(fd uintptr) bool { return poll(fd, pollNormal) != 0 }

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
