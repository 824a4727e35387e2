//go:build unix

package netio

import (
	"syscall"

	"golang.org/x/sys/unix"
)

func optionNames() names {
	n := names{
		recvBuffer:   option{unix.SOL_SOCKET, unix.SO_RCVBUF},
		sendBuffer:   option{unix.SOL_SOCKET, unix.SO_SNDBUF},
		tos:          option{unix.IPPROTO_IP, unix.IP_TOS},
		ttl:          option{unix.IPPROTO_IP, unix.IP_TTL},
		trafficClass: option{unix.IPPROTO_IPV6, unix.IPV6_TCLASS},
		hops:         option{unix.IPPROTO_IPV6, unix.IPV6_UNICAST_HOPS},
	}
	if nameMinTTL != 0 {
		n.minTTL = option{unix.IPPROTO_IP, nameMinTTL}
	}
	if nameMinHops != 0 {
		n.minHops = option{unix.IPPROTO_IPV6, nameMinHops}
	}
	return n
}

func setsockopt(fd uintptr, level, name, value int) error {
	return unix.SetsockoptInt(int(fd), level, name, value)
}

func getsockopt(fd uintptr, level, name int) (int, error) {
	return unix.GetsockoptInt(int(fd), level, name)
}

// errNoDevice is the kernel's answer to an interface that there is not.
const errNoDevice = syscall.ENODEV
