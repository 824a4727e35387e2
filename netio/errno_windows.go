package netio

import (
	"strings"
	"syscall"

	"golang.org/x/sys/windows"
)

// The numbers that are asked for by errors.Is.
const (
	errnoRefused = windows.WSAECONNREFUSED
	errnoReset   = windows.WSAECONNRESET
	errnoAccess  = windows.WSAEACCES
	errnoInvalid = windows.WSAEINVAL
)

// sayErrno is an error number in words: in those of the other systems where they have some,
// else in Windows' own sentence, as a clause.
func sayErrno(errno syscall.Errno) string {
	switch errno {
	case windows.ERROR_FILE_NOT_FOUND, windows.ERROR_PATH_NOT_FOUND:
		return "no such file or directory"
	case windows.ERROR_ACCESS_DENIED:
		return "permission denied"
	case windows.ERROR_SHARING_VIOLATION:
		return "another program has it open"
	case windows.ERROR_FILE_EXISTS, windows.ERROR_ALREADY_EXISTS:
		return "file exists"
	case windows.ERROR_DISK_FULL, windows.ERROR_HANDLE_DISK_FULL:
		return "no space left on device"
	}
	what := strings.TrimSpace(errno.Error())
	if what == "" {
		return what
	}
	return strings.ToLower(what[:1]) + strings.TrimSuffix(what[1:], ".")
}

// describeErrno says an error number that a socket can give, and classes it;
// ok is false for the others.
// Winsock numbers are not the POSIX ones of package syscall.
func describeErrno(errno syscall.Errno) (kind Kind, what string, ok bool) {
	switch errno {
	case windows.WSAECONNREFUSED:
		return KindRefused, "refused", true
	case windows.WSAETIMEDOUT:
		return KindTimeout, "no answer", true
	case windows.WSAENETRESET: // keepalive had no answer
		return KindTimeout, "no answer", true
	case syscall.ECONNRESET, // fid's own word for one that no call told
		windows.WSAECONNRESET, windows.WSAECONNABORTED, windows.WSAESHUTDOWN, windows.WSAENOTCONN:
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
