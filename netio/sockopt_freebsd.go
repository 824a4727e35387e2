package netio

import "golang.org/x/sys/unix"

const (
	nameMinTTL  = unix.IP_MINTTL
	nameMinHops = 0

	ioctlUnsent = 0x40046677 // FIONWRITE, _IOR('f', 119, int)
)
