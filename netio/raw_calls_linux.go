package netio

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// The system calls of a busy loop. Go's scheduler is not told of them: it would
// take the loop's processor away while the kernel works for it, and have another
// thread go on. So none of them may wait for longer than a moment.

// rawRead reads from a socket that does not block.
func rawRead(fd int, p []byte) (int, error) {
	return raw(unix.SYS_RECVFROM, fd, unsafe.Pointer(unsafe.SliceData(p)), len(p), 0)
}

// rawWrite writes to a socket that does not block. It asks for no SIGPIPE: an
// error number says the same.
func rawWrite(fd int, p []byte) (int, error) {
	return raw(unix.SYS_SENDTO, fd, unsafe.Pointer(unsafe.SliceData(p)), len(p), unix.MSG_NOSIGNAL)
}

// rawWait is epoll_wait(2) for at most so many milliseconds.
func rawWait(epoll int, events []unix.EpollEvent, most int) (int, error) {
	return raw(unix.SYS_EPOLL_PWAIT, epoll, unsafe.Pointer(unsafe.SliceData(events)), len(events), most)
}

func raw(call uintptr, fd int, p unsafe.Pointer, n, last int) (int, error) {
	r, _, errno := unix.RawSyscall6(call, uintptr(fd), uintptr(p), uintptr(n), uintptr(last), 0, 0)
	if errno != 0 {
		return -1, errno
	}
	return int(r), nil
}
