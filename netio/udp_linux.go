package netio

import (
	"net"
	"net/netip"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

const msgTruncated = unix.MSG_TRUNC

func hearRefusals(syscall.Conn) {} // a connected socket is told

// prepareUDP sets IP_RECVERR, too: without it ip(7) and ipv6(7) have only a port
// or protocol that is unreachable reported, not a host or a network.
func prepareUDP(fd uintptr, v6, broadcast bool) error {
	_ = unix.SetsockoptInt(int(fd), unix.IPPROTO_IP, unix.IP_RECVERR, 1)
	if v6 {
		return unix.SetsockoptInt(int(fd), unix.IPPROTO_IPV6, unix.IPV6_RECVERR, 1)
	}
	return setBroadcast(fd, broadcast)
}

// emptyErrorQueue reads what IP_RECVERR has queued; whatever ends that, it is empty.
func emptyErrorQueue(fd uintptr) {
	for {
		if _, _, _, _, err := unix.Recvmsg(int(fd), nil, nil, unix.MSG_ERRQUEUE|unix.MSG_DONTWAIT); err != nil && err != unix.EINTR {
			return
		}
	}
}

// tellDestination has every datagram come with the address that it was sent to.
// On a socket of both families IP_PKTINFO is for those of IPv4.
func tellDestination(fd uintptr, v6 bool) error {
	err := unix.SetsockoptInt(int(fd), unix.IPPROTO_IP, unix.IP_PKTINFO, 1)
	if v6 {
		err = unix.SetsockoptInt(int(fd), unix.IPPROTO_IPV6, unix.IPV6_RECVPKTINFO, 1)
	}
	return err
}

// controlRoom is enough for the control messages of one datagram.
const controlRoom = 128

// cameTo reads the control messages of a datagram: to which of our addresses it
// came; none for one to a group (ip(7): ipi_spec_dst is ours even then).
func cameTo(control []byte) netip.Addr {
	for len(control) > 0 {
		h, data, rest, err := unix.ParseOneSocketControlMessage(control)
		switch {
		case err != nil:
			return netip.Addr{}
		case h.Level == unix.IPPROTO_IP && h.Type == unix.IP_PKTINFO && len(data) >= unix.SizeofInet4Pktinfo:
			return netip.AddrFrom4((*unix.Inet4Pktinfo)(unsafe.Pointer(&data[0])).Spec_dst)
		case h.Level == unix.IPPROTO_IPV6 && h.Type == unix.IPV6_PKTINFO && len(data) >= unix.SizeofInet6Pktinfo:
			if ip := netip.AddrFrom16((*unix.Inet6Pktinfo)(unsafe.Pointer(&data[0])).Addr); !ip.IsMulticast() && !ip.Is4In6() {
				return ip
			}
		}
		control = rest
	}
	return netip.Addr{}
}

// answerFrom is the control message that has a datagram sent from an address;
// nil where the system is to choose.
func answerFrom(local netip.Addr) []byte {
	switch {
	case local.Is4():
		return unix.PktInfo4(&unix.Inet4Pktinfo{Spec_dst: local.As4()})
	case local.Is6():
		return unix.PktInfo6(&unix.Inet6Pktinfo{Addr: local.As16()})
	}
	return nil
}

// connectUDP connects a bound socket, so that the kernel refuses everybody else
// and tells of ICMP's errors. Datagrams can still be sent with an address (udp(7)).
func connectUDP(fd uintptr, to netip.AddrPort, v6 bool) error {
	if v6 {
		sa := &unix.SockaddrInet6{Port: int(to.Port()), Addr: to.Addr().As16(), ZoneId: zoneIndex(to.Addr().Zone())}
		return unix.Connect(int(fd), sa)
	}
	return unix.Connect(int(fd), &unix.SockaddrInet4{Port: int(to.Port()), Addr: to.Addr().Unmap().As4()})
}

func zoneIndex(name string) uint32 {
	if i, err := net.InterfaceByName(name); err == nil {
		return uint32(i.Index)
	}
	return 0
}
