//go:build unix

package netio

import "golang.org/x/sys/unix"

func resetOnClose(fd uintptr) error {
	return unix.SetsockoptLinger(int(fd), unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1})
}

const (
	canWatch        = true // awaitGone works here
	lingerInherited = true // by accepted sockets from their listener
)

// readable reports whether a read would return bytes, an error, or a socket's end
// at once. A pipe that is at its end has POLLHUP only (poll(2)), and gives nothing.
func readable(fd uintptr) bool {
	return pollNow(fd, unix.POLLIN)&(unix.POLLIN|unix.POLLERR|unix.POLLNVAL) != 0
}

// writable reports whether a pipe or socket has room. A broken socket has, since a
// write to it does not wait.
func writable(fd uintptr) bool { return pollNow(fd, unix.POLLOUT)&unix.POLLOUT != 0 }

// pollNow returns which of the events fd has, without waiting. Even so a signal interrupts it
// (Linux, do_poll), and Go's runtime sends itself many, to preempt goroutines (SIGURG). What
// else fails is told as a read or a write would tell it: as an event.
func pollNow(fd uintptr, events int16) int16 {
	p := []unix.PollFd{{Fd: int32(fd), Events: events}}
	for {
		switch _, err := unix.Poll(p, 0); err {
		case nil:
			return p[0].Revents
		case unix.EINTR:
		default:
			return events
		}
	}
}

// setBroadcast allows datagrams to a broadcast address, or not.
func setBroadcast(fd uintptr, allow bool) error {
	value := 0
	if allow {
		value = 1
	}
	return unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_BROADCAST, value)
}
