package netio

import (
	"encoding/binary"
	"strings"
	"time"
)

// The blocks of a pcapng file (draft-ietf-opsawg-pcapng), as far as a capture of one
// interface takes them. All are written in little endian, which the section header tells.

const (
	blockSection   = 0x0a0d0d0a
	blockInterface = 1
	blockPacket    = 6 // an Enhanced Packet Block

	byteOrderMagic = 0x1a2b3c4d

	linkRaw = 101 // LINKTYPE_RAW: what begins with the header of IPv4 or IPv6

	optionEnd         = 0
	optionComment     = 1
	optionProgram     = 4 // shb_userappl
	optionName        = 2 // if_name
	optionResolution  = 9 // if_tsresol
	optionPacketFlags = 2 // epb_flags

	nanoseconds = 9 // the resolution as a negative power of 10
	maxComment  = 1000
)

// A way is in which direction a packet went, as epb_flags has it.
type way uint32

const (
	inbound  way = 1
	outbound way = 2
)

// appendHeader appends what a file begins with: the section, which the program's name and
// version stand in, and the one interface.
func appendHeader(b []byte, program string) []byte {
	at := len(b)
	b = openBlock(b, blockSection)
	b = binary.LittleEndian.AppendUint32(b, byteOrderMagic)
	b = binary.LittleEndian.AppendUint16(b, 1) // the version of the format
	b = binary.LittleEndian.AppendUint16(b, 0)
	b = binary.LittleEndian.AppendUint64(b, ^uint64(0)) // how long the section is: not known
	b = appendOption(b, optionProgram, []byte(program))
	b = closeBlock(b, at)

	at = len(b)
	b = openBlock(b, blockInterface)
	b = binary.LittleEndian.AppendUint16(b, linkRaw)
	b = binary.LittleEndian.AppendUint16(b, 0)
	b = binary.LittleEndian.AppendUint32(b, 0) // no packet is cut
	b = appendOption(b, optionName, []byte("fid"))
	b = appendOption(b, optionResolution, []byte{nanoseconds})
	return closeBlock(b, at)
}

// appendPacket appends a packet, which build appends, with a comment where that is not
// empty.
func appendPacket(b []byte, when time.Time, went way, comment string, build func([]byte) []byte) []byte {
	at := len(b)
	b = openBlock(b, blockPacket)
	stamp := uint64(when.UnixNano())
	b = binary.LittleEndian.AppendUint32(b, 0) // the interface
	b = binary.LittleEndian.AppendUint32(b, uint32(stamp>>32))
	b = binary.LittleEndian.AppendUint32(b, uint32(stamp))
	lengths := len(b)
	b = append(b, make([]byte, 8)...)
	packet := len(b)
	b = build(b)
	size := uint32(len(b) - packet)
	binary.LittleEndian.PutUint32(b[lengths:], size)
	binary.LittleEndian.PutUint32(b[lengths+4:], size)
	b = padTo32(b, packet)
	if comment != "" {
		comment = strings.ToValidUTF8(comment[:min(len(comment), maxComment)], "?") // what was typed may be anything
		b = appendOption(b, optionComment, []byte(comment))
	}
	b = appendOption(b, optionPacketFlags, binary.LittleEndian.AppendUint32(nil, uint32(went)))
	return closeBlock(b, at)
}

func openBlock(b []byte, kind uint32) []byte {
	b = binary.LittleEndian.AppendUint32(b, kind)
	return binary.LittleEndian.AppendUint32(b, 0) // the length, which closeBlock knows
}

// closeBlock ends the options of the block that begins at at, and writes its length, which
// stands at both its ends.
func closeBlock(b []byte, at int) []byte {
	b = appendOption(b, optionEnd, nil)
	size := uint32(len(b) + 4 - at)
	binary.LittleEndian.PutUint32(b[at+4:], size)
	return binary.LittleEndian.AppendUint32(b, size)
}

func appendOption(b []byte, code uint16, value []byte) []byte {
	b = binary.LittleEndian.AppendUint16(b, code)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(value)))
	at := len(b)
	return padTo32(append(b, value...), at)
}

// padTo32 fills what begins at at up to 32 bits.
func padTo32(b []byte, at int) []byte {
	for (len(b)-at)%4 != 0 {
		b = append(b, 0)
	}
	return b
}
