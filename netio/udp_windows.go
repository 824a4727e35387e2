package netio

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

// msgTruncated: a datagram that was cut is an error of the Read itself, WSAEMSGSIZE.
const msgTruncated = 0

// hearRefusals has a connected socket told of ICMP's "port unreachable" (SIO_UDP_CONNRESET of
// WSAIoctl), which Go's net package turns off for all. It is WSAECONNRESET then.
func hearRefusals(conn syscall.Conn) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return
	}
	_ = raw.Control(func(fd uintptr) {
		on, told := uint32(1), uint32(0)
		_ = windows.WSAIoctl(windows.Handle(fd), windows.SIO_UDP_CONNRESET,
			(*byte)(unsafe.Pointer(&on)), uint32(unsafe.Sizeof(on)), nil, 0, &told, nil, 0)
	})
}
