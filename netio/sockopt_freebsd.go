package netio

import "golang.org/x/sys/unix"

const (
	nameMinTTL  = unix.IP_MINTTL
	nameMinHops = 0
)
