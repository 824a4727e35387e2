package netio

import (
	"syscall"

	"golang.org/x/sys/windows"
)

// describeErrno says an error number that a socket can give, and classes it;
// ok is false for the others.
// Winsock numbers are not the POSIX ones of package syscall.
func describeErrno(errno syscall.Errno) (kind Kind, what string, ok bool) {
	switch errno {
	case windows.WSAECONNREFUSED:
		return KindRefused, "refused", true
	case windows.WSAETIMEDOUT:
		return KindTimeout, "no answer", true
	case windows.WSAECONNRESET, windows.WSAECONNABORTED, windows.WSAESHUTDOWN, windows.WSAENOTCONN:
		return KindReset, "reset", true
	case windows.WSAEHOSTUNREACH:
		return KindUnreachable, "host unreachable", true
	case windows.WSAEHOSTDOWN:
		return KindUnreachable, "host down", true
	case windows.WSAENETUNREACH:
		return KindUnreachable, "network unreachable", true
	case windows.WSAENETDOWN:
		return KindUnreachable, "network down", true
	case windows.WSAEAFNOSUPPORT:
		return KindUnreachable, "no such address family here", true
	case windows.WSAEADDRINUSE:
		return KindBind, "in use", true
	case windows.WSAEADDRNOTAVAIL:
		return KindBind, "not an address of this host", true
	case windows.WSAEACCES:
		return KindOther, "permission denied", true
	case windows.WSAEINVAL:
		return KindOther, "invalid address", true
	case windows.WSAEMFILE:
		return KindOther, "too many open sockets", true
	}
	return KindOther, "", false
}
