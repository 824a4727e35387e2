package netio

import (
	"net"

	"golang.org/x/sys/unix"
)

const (
	nameMinTTL  = 0
	nameMinHops = 0

	canBindToDevice = true

	bufferUnit           = 1
	recvLimit, sendLimit = "", ""
)

// bindToDevice is IP_BOUND_IF of ip(4), which takes the number of the interface.
func bindToDevice(fd uintptr, device string, ipv6 bool) error {
	i, err := net.InterfaceByName(device)
	switch {
	case err != nil:
		return errNoDevice
	case ipv6:
		return unix.SetsockoptInt(int(fd), unix.IPPROTO_IPV6, unix.IPV6_BOUND_IF, i.Index)
	}
	return unix.SetsockoptInt(int(fd), unix.IPPROTO_IP, unix.IP_BOUND_IF, i.Index)
}
