package netio

import (
	"encoding/binary"
	"net/netip"
)

// Packets of IP as a capture writes them: what the kernel has made of the same bytes is
// not to be had without root.

const (
	protocolTCP = 6
	protocolUDP = 17

	hopLimit     = 64
	dontFragment = 0x4000

	ipv4Header = 20
	ipv6Header = 40
	udpHeader  = 8
	tcpHeader  = 20
)

// A segment is one of TCP (RFC 9293, section 3.1).
type segment struct {
	seq, ack uint32
	flags    byte
	payload  []byte
}

// The flags of a segment.
const (
	flagFIN = 1 << iota
	flagSYN
	flagRST
	flagPSH
	flagACK
)

// The window is that of a receiver who never holds anybody up: 65535 bytes times 2 to the
// power of the largest shift (RFC 7323, section 2.3), 1 GiB.
const (
	window      = 65535
	windowShift = 14
)

// maxSegment is the most bytes of one segment: most messages are one, and a page of
// packets is still to be read.
const maxSegment = 16 << 10

// synOptions tell the largest segment and the shift of the window; one byte fills up.
var synOptions = [...]byte{2, 4, maxSegment >> 8, maxSegment & 0xff, 1, 3, 3, windowShift}

// appendTCP appends a packet with a segment.
func appendTCP(b []byte, from, to netip.AddrPort, s segment) []byte {
	size := tcpHeader
	if s.flags&flagSYN != 0 {
		size += len(synOptions)
	}
	b = appendIP(b, from.Addr(), to.Addr(), protocolTCP, size+len(s.payload))
	at := len(b)
	b = binary.BigEndian.AppendUint16(b, from.Port())
	b = binary.BigEndian.AppendUint16(b, to.Port())
	b = binary.BigEndian.AppendUint32(b, s.seq)
	b = binary.BigEndian.AppendUint32(b, s.ack)
	b = append(b, byte(size/4)<<4, s.flags)
	b = binary.BigEndian.AppendUint16(b, window)
	b = append(b, 0, 0, 0, 0) // the checksum, and no urgent data
	if s.flags&flagSYN != 0 {
		b = append(b, synOptions[:]...)
	}
	b = append(b, s.payload...)
	binary.BigEndian.PutUint16(b[at+16:], checksum(b[at:], from.Addr(), to.Addr(), protocolTCP))
	return b
}

// appendUDP appends a packet with a datagram (RFC 768).
func appendUDP(b []byte, from, to netip.AddrPort, payload []byte) []byte {
	size := udpHeader + len(payload)
	b = appendIP(b, from.Addr(), to.Addr(), protocolUDP, size)
	at := len(b)
	b = binary.BigEndian.AppendUint16(b, from.Port())
	b = binary.BigEndian.AppendUint16(b, to.Port())
	b = binary.BigEndian.AppendUint16(b, uint16(size))
	b = append(b, 0, 0)
	b = append(b, payload...)
	sum := checksum(b[at:], from.Addr(), to.Addr(), protocolUDP)
	if sum == 0 {
		sum = 0xffff // 0 says that there is none
	}
	binary.BigEndian.PutUint16(b[at+6:], sum)
	return b
}

// appendIP appends the header of IPv4 (RFC 791) or IPv6 (RFC 8200) of a packet whose
// payload has so many bytes. Both addresses are of one family.
func appendIP(b []byte, from, to netip.Addr, protocol byte, size int) []byte {
	if from.Is6() {
		b = append(b, 6<<4, 0, 0, 0)
		b = binary.BigEndian.AppendUint16(b, uint16(size))
		b = append(b, protocol, hopLimit)
		return append(append(b, from.AsSlice()...), to.AsSlice()...)
	}
	at := len(b)
	b = append(b, 4<<4|ipv4Header/4, 0)
	b = binary.BigEndian.AppendUint16(b, uint16(ipv4Header+size))
	b = append(b, 0, 0)
	b = binary.BigEndian.AppendUint16(b, dontFragment)
	b = append(b, hopLimit, protocol, 0, 0)
	b = append(append(b, from.AsSlice()...), to.AsSlice()...)
	binary.BigEndian.PutUint16(b[at+10:], ^fold(add16(0, b[at:])))
	return b
}

// checksum is that of TCP and UDP over b, whose own field is still 0, and over the
// pseudo-header: addresses, protocol and length.
func checksum(b []byte, from, to netip.Addr, protocol byte) uint16 {
	sum := add16(uint64(protocol)+uint64(len(b)), from.AsSlice())
	return ^fold(add16(add16(sum, to.AsSlice()), b))
}

// add16 adds the 16-bit words of b to a sum in ones' complement (RFC 1071), two of them at
// a time; the last byte of an odd number counts as if a 0 stood behind it.
func add16(sum uint64, b []byte) uint64 {
	for ; len(b) >= 4; b = b[4:] {
		sum += uint64(binary.BigEndian.Uint32(b))
	}
	switch len(b) {
	case 3:
		sum += uint64(binary.BigEndian.Uint16(b)) + uint64(b[2])<<8
	case 2:
		sum += uint64(binary.BigEndian.Uint16(b))
	case 1:
		sum += uint64(b[0]) << 8
	}
	return sum
}

func fold(sum uint64) uint16 {
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	return uint16(sum)
}
