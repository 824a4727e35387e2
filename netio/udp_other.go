//go:build !linux

package netio

import (
	"errors"
	"net/netip"
)

func prepareUDP(fd uintptr, v6, broadcast bool) error {
	if v6 {
		return nil
	}
	return setBroadcast(fd, broadcast)
}

func emptyErrorQueue(uintptr) {}

// The address that a datagram came to is not asked for here: an answer goes out
// from the one that the system chooses.
const controlRoom = 0

func tellDestination(uintptr, bool) error { return nil }

func cameTo([]byte) netip.Addr { return netip.Addr{} }

func answerFrom(netip.Addr) []byte { return nil }

// connectUDP: a connected socket takes no address beside a datagram here (EISCONN).
func connectUDP(uintptr, netip.AddrPort, bool) error { return errors.ErrUnsupported }
