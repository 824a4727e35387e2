package netio

import "golang.org/x/sys/unix"

const (
	nameMinTTL  = unix.IP_MINTTL
	nameMinHops = unix.IPV6_MINHOPCOUNT

	canBindToDevice = true

	bufferUnit = 2 // socket(7): the kernel doubles what is set, for its own use, and tells the double
	recvLimit  = " (net.core.rmem_max)"
	sendLimit  = " (net.core.wmem_max)"
)

// bindToDevice is socket(7)'s SO_BINDTODEVICE.
func bindToDevice(fd uintptr, device string, _ bool) error {
	return unix.BindToDevice(int(fd), device)
}
