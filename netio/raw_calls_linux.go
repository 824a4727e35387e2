package netio

import (
	"encoding/binary"
	"net/netip"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The system calls of a busy loop. Go's scheduler is not told of them: it would
// take the loop's processor away while the kernel works for it, and have another
// thread go on. So none of them may wait for longer than a moment. Those of
// golang.org/x/sys/unix that are not here (socket, epoll_ctl, getsockname) are
// raw as well.

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

// rawConnect is connect(2) of a socket that does not block.
func rawConnect(fd int, to netip.AddrPort) error {
	var wire [2]byte
	binary.BigEndian.PutUint16(wire[:], to.Port())
	port := binary.NativeEndian.Uint16(wire[:])
	var err error
	if ip := to.Addr(); ip.Is4() {
		sa := unix.RawSockaddrInet4{Family: unix.AF_INET, Port: port, Addr: ip.As4()}
		_, err = raw(unix.SYS_CONNECT, fd, unsafe.Pointer(&sa), unix.SizeofSockaddrInet4, 0)
	} else {
		sa := unix.RawSockaddrInet6{Family: unix.AF_INET6, Port: port, Addr: ip.As16()}
		_, err = raw(unix.SYS_CONNECT, fd, unsafe.Pointer(&sa), unix.SizeofSockaddrInet6, 0)
	}
	return err
}

func rawShutdown(fd, how int) error {
	_, _, errno := unix.RawSyscall(unix.SYS_SHUTDOWN, uintptr(fd), uintptr(how), 0)
	return asError(errno)
}

// rawClose closes a socket, which does not linger.
func rawClose(fd int) error {
	_, _, errno := unix.RawSyscall(unix.SYS_CLOSE, uintptr(fd), 0, 0)
	return asError(errno)
}

func rawSetInt(fd, level, name, value int) error {
	v := int32(value)
	return rawSet(fd, level, name, unsafe.Pointer(&v), unsafe.Sizeof(v))
}

// rawSetLinger sets SO_LINGER, for so many seconds; below 0 is not at all.
func rawSetLinger(fd, seconds int) error {
	l := unix.Linger{Onoff: 1, Linger: int32(seconds)}
	if seconds < 0 {
		l = unix.Linger{}
	}
	return rawSet(fd, unix.SOL_SOCKET, unix.SO_LINGER, unsafe.Pointer(&l), unix.SizeofLinger)
}

func rawSet(fd, level, name int, p unsafe.Pointer, n uintptr) error {
	_, _, errno := unix.RawSyscall6(unix.SYS_SETSOCKOPT, uintptr(fd), uintptr(level), uintptr(name), uintptr(p), n, 0)
	return asError(errno)
}

// rawQueue asks for the length of a queue (SIOCINQ, SIOCOUTQ); 0 where there is none.
func rawQueue(fd int, which uintptr) int {
	var n int32
	if _, _, errno := unix.RawSyscall(unix.SYS_IOCTL, uintptr(fd), which, uintptr(unsafe.Pointer(&n))); errno != 0 {
		return 0
	}
	return int(n)
}

func asError(errno unix.Errno) error {
	if errno != 0 {
		return errno
	}
	return nil
}

func raw(call uintptr, fd int, p unsafe.Pointer, n, last int) (int, error) {
	r, _, errno := unix.RawSyscall6(call, uintptr(fd), uintptr(p), uintptr(n), uintptr(last), 0, 0)
	if errno != 0 {
		return -1, errno
	}
	return int(r), nil
}
