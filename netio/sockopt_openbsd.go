package netio

import "golang.org/x/sys/unix"

const (
	nameMinTTL  = unix.IP_MINTTL
	nameMinHops = unix.IPV6_MINHOPCOUNT
)
