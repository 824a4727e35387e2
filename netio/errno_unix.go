//go:build unix

package netio

import "syscall"

// The numbers that are asked for by errors.Is: Windows' sockets have others than package syscall.
const (
	errnoRefused = syscall.ECONNREFUSED
	errnoReset   = syscall.ECONNRESET
	errnoAccess  = syscall.EACCES
	errnoInvalid = syscall.EINVAL
)

// sayErrno is an error number in words.
func sayErrno(errno syscall.Errno) string { return errno.Error() }

// describeErrno says an error number that a socket can give, and classes it;
// ok is false for the others.
func describeErrno(errno syscall.Errno) (kind Kind, what string, ok bool) {
	switch errno {
	case syscall.ECONNREFUSED:
		return KindRefused, "refused", true
	case syscall.ENOENT:
		return KindRefused, "no such socket: nobody listens there", true
	case syscall.ETIMEDOUT:
		return KindTimeout, "no answer", true
	case syscall.EAGAIN:
		return KindTimeout, "too many clients wait there already", true // unix(7), of connect
	case syscall.ECONNRESET, syscall.ECONNABORTED, syscall.EPIPE, syscall.ENOTCONN: // shutdown(2) says ENOTCONN
		return KindReset, "reset", true
	case syscall.EHOSTUNREACH:
		return KindUnreachable, "host unreachable", true
	case syscall.EHOSTDOWN:
		return KindUnreachable, "host down", true
	case syscall.ENETUNREACH:
		return KindUnreachable, "network unreachable", true
	case syscall.ENETDOWN:
		return KindUnreachable, "network down", true
	case syscall.EAFNOSUPPORT:
		return KindUnreachable, "no such address family here", true
	case syscall.EADDRINUSE:
		return KindBind, "in use", true
	case syscall.EADDRNOTAVAIL:
		return KindBind, "not an address of this host", true
	case syscall.EACCES:
		return KindOther, "permission denied", true
	case syscall.EPERM:
		return KindOther, "not permitted", true
	case syscall.EINVAL:
		return KindOther, "invalid address", true
	case syscall.EMFILE:
		return KindOther, "too many open files", true
	case syscall.ENFILE:
		return KindOther, "too many open files in the system", true
	case syscall.ENOTSOCK:
		return KindOther, "not a socket", true
	case syscall.EPROTOTYPE:
		return KindOther, "not a stream socket", true
	}
	return KindOther, "", false
}
