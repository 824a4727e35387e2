package netio

import (
	"golang.org/x/sys/windows"
)

// optionNames leaves the type of service out: Windows takes it and does nothing.
func optionNames() names {
	return names{
		recvBuffer: option{windows.SOL_SOCKET, windows.SO_RCVBUF},
		sendBuffer: option{windows.SOL_SOCKET, windows.SO_SNDBUF},
		ttl:        option{windows.IPPROTO_IP, windows.IP_TTL},
		hops:       option{windows.IPPROTO_IPV6, windows.IPV6_UNICAST_HOPS},
	}
}

const (
	canBindToDevice = false

	bufferUnit           = 1
	recvLimit, sendLimit = "", ""
)

// errNoDevice is no answer here: no interface can be asked for.
const errNoDevice = windows.ERROR_DEV_NOT_EXIST

func bindToDevice(uintptr, string, bool) error { return errNotHere }

func setsockopt(fd uintptr, level, name, value int) error {
	return windows.SetsockoptInt(windows.Handle(fd), level, name, value)
}

func getsockopt(fd uintptr, level, name int) (int, error) {
	return windows.GetsockoptInt(windows.Handle(fd), level, name)
}
