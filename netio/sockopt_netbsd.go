package netio

import "golang.org/x/sys/unix"

const (
	nameMinTTL  = unix.IP_MINTTL
	nameMinHops = 0

	ioctlUnsent = 0x40046679 // FIONWRITE, _IOR('f', 121, int)
)
