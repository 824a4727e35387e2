package netio

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
	"net/netip"
	"strings"
	"testing"
)

// A wire reads a capture as it is written, block by block, and finds in it what no network
// would do that loses nothing: it is to this suite what tshark's experts are to a reader.
type wire struct {
	t        *testing.T
	rest     []byte // of a block that is not whole
	blocks   int
	last     uint64 // the time of the last packet
	packets  []caught
	sides    map[string]*side // of TCP, by who sends to whom
	headOnly bool             // neither checksums nor contents are looked at
	program  string
}

// A caught packet, whose payload is not kept for longer than it is looked at.
type caught struct {
	went     way
	from, to netip.AddrPort
	protocol byte
	flags    byte
	seq, ack uint32
	size     int
	comment  string
}

func (p caught) String() string {
	who := map[way]string{inbound: "they", outbound: "we"}[p.went]
	if p.protocol == protocolUDP {
		return fmt.Sprintf("%s: %d B", who, p.size)
	}
	var words []string
	for i, flag := range []string{"FIN", "SYN", "RST", "PSH"} {
		if p.flags&(1<<i) != 0 {
			words = append(words, flag)
		}
	}
	if p.size > 0 {
		words = append(words, fmt.Sprintf("%d B", p.size))
	}
	if len(words) == 0 {
		words = []string{"ACK"}
	}
	return who + ": " + strings.Join(words, " ")
}

// A side is one direction of a connection.
type side struct {
	begun, ended, reset bool
	answered            bool   // acked is valid
	next, acked         uint32 // acked: what this side has acknowledged last
	bytes               int64
	sum                 hash.Hash
	text                []byte // the beginning
}

func newWire(t *testing.T) *wire { return &wire{t: t, sides: map[string]*side{}} }

// capture returns a Capture whose packets w looks at, and what ends it.
func (w *wire) capture() (*Capture, func()) {
	rec := RecordTo("the wire", w, func(err error) { w.t.Error(err) })
	return NewCapture(rec, "fid of a test"), func() {
		w.t.Helper()
		if err := rec.Close(w.t.Context(), 0); err != nil {
			w.t.Error(err)
		}
		if len(w.rest) > 0 {
			w.t.Errorf("%d bytes are no block", len(w.rest))
		}
	}
}

func (w *wire) Write(p []byte) (int, error) {
	w.rest = append(w.rest, p...)
	for len(w.rest) >= 12 {
		size := binary.LittleEndian.Uint32(w.rest[4:])
		if uint32(len(w.rest)) < size {
			break
		}
		block := w.rest[:size]
		if size%4 != 0 || binary.LittleEndian.Uint32(block[size-4:]) != size {
			w.t.Fatalf("block %d: its length is %d at its start", w.blocks, size)
		}
		w.block(binary.LittleEndian.Uint32(block), block[8:size-4])
		w.rest = w.rest[size:]
		w.blocks++
	}
	w.rest = bytes.Clone(w.rest)
	return len(p), nil
}

func (w *wire) block(kind uint32, body []byte) {
	switch want := map[int]uint32{0: blockSection, 1: blockInterface}[w.blocks]; {
	case want != 0 && kind != want, want == 0 && kind != blockPacket:
		w.t.Fatalf("block %d is of type %#x", w.blocks, kind)
	case kind == blockSection:
		w.program = string(options(w.t, body[16:])[optionProgram])
	case kind == blockInterface:
		if binary.LittleEndian.Uint16(body) != linkRaw {
			w.t.Error("not the link type of IP")
		}
		if r := options(w.t, body[8:])[optionResolution]; len(r) != 1 || r[0] != nanoseconds {
			w.t.Errorf("the resolution is %v", r)
		}
	default:
		stamp := uint64(binary.LittleEndian.Uint32(body[4:]))<<32 | uint64(binary.LittleEndian.Uint32(body[8:]))
		if stamp < w.last {
			w.t.Errorf("block %d: the time goes back", w.blocks)
		}
		w.last = stamp
		size := int(binary.LittleEndian.Uint32(body[12:]))
		more := options(w.t, body[20+(size+3)/4*4:])
		w.packet(body[20:20+size], caught{went: way(binary.LittleEndian.Uint32(more[optionPacketFlags])), comment: string(more[optionComment])})
	}
}

func options(t *testing.T, b []byte) map[uint16][]byte {
	all := map[uint16][]byte{}
	for {
		code, size := binary.LittleEndian.Uint16(b), int(binary.LittleEndian.Uint16(b[2:]))
		if code == optionEnd {
			if len(b) != 4 {
				t.Fatalf("%d bytes behind the options", len(b)-4)
			}
			return all
		}
		all[code] = b[4 : 4+size]
		b = b[4+(size+3)/4*4:]
	}
}

// packet takes one apart.
func (w *wire) packet(b []byte, p caught) {
	var from, to netip.Addr
	var size int
	if b[0]>>4 == 4 {
		from, to = netip.AddrFrom4([4]byte(b[12:])), netip.AddrFrom4([4]byte(b[16:]))
		p.protocol, size = b[9], int(binary.BigEndian.Uint16(b[2:]))
		if !w.headOnly && slowSum(b[:20]) != 0xffff {
			w.t.Errorf("block %d: the header's checksum is wrong", w.blocks)
		}
		b = b[20:]
		size -= 20
	} else {
		from, to = netip.AddrFrom16([16]byte(b[8:])), netip.AddrFrom16([16]byte(b[24:]))
		p.protocol, size = b[6], int(binary.BigEndian.Uint16(b[4:]))
		b = b[40:]
	}
	if size != len(b) {
		w.t.Fatalf("block %d: %d bytes behind the header, which says %d", w.blocks, len(b), size)
	}
	pseudo := append(append(from.AsSlice(), to.AsSlice()...), 0, p.protocol, byte(size>>24), byte(size>>16), byte(size>>8), byte(size))
	if !w.headOnly && slowSum(append(pseudo, b...)) != 0xffff {
		w.t.Errorf("block %d: the checksum is wrong", w.blocks)
	}
	p.from = netip.AddrPortFrom(from, binary.BigEndian.Uint16(b))
	p.to = netip.AddrPortFrom(to, binary.BigEndian.Uint16(b[2:]))
	if p.protocol == protocolUDP {
		if int(binary.BigEndian.Uint16(b[4:])) != len(b) || b[6] == 0 && b[7] == 0 {
			w.t.Errorf("block %d: not the length of the datagram, or no checksum", w.blocks)
		}
		w.keep(p, b[8:])
		return
	}
	p.seq, p.ack, p.flags = binary.BigEndian.Uint32(b[4:]), binary.BigEndian.Uint32(b[8:]), b[13]
	w.segment(p, b[int(b[12]>>4)*4:])
}

// slowSum is the sum of RFC 1071 as it is written there.
func slowSum(b []byte) uint16 {
	var sum uint32
	for i, x := range b {
		if i%2 == 0 {
			sum += uint32(x) << 8
		} else {
			sum += uint32(x)
		}
		sum = sum&0xffff + sum>>16
	}
	return uint16(sum)
}

func (w *wire) side(from, to netip.AddrPort) *side {
	name := fmt.Sprint(from, " to ", to)
	if w.sides[name] == nil {
		w.sides[name] = &side{sum: sha256.New()}
	}
	return w.sides[name]
}

func (w *wire) keep(p caught, payload []byte) {
	p.size = len(payload)
	if w.headOnly {
		return
	}
	s := w.side(p.from, p.to)
	s.bytes += int64(len(payload))
	_, _ = s.sum.Write(payload)
	if len(s.text) < 1000 {
		s.text = append(s.text, payload...)
	}
	if len(w.packets) < 1000 {
		w.packets = append(w.packets, p)
	}
}

// segment follows a connection.
func (w *wire) segment(p caught, payload []byte) {
	from, to := w.side(p.from, p.to), w.side(p.to, p.from)
	wrong := func(what string) { w.t.Errorf("block %d, %v: %s", w.blocks, p, what) }
	if from.reset || to.reset {
		wrong("behind a reset")
	}
	switch isSYN := p.flags&flagSYN != 0; {
	case isSYN == from.begun:
		wrong("a second SYN, or none")
	case isSYN:
		from.begun, from.next = true, p.seq
	case p.seq != from.next:
		wrong("a gap, or something twice")
	}
	if p.flags&flagACK != 0 {
		switch bare := len(payload) == 0 && p.flags == flagACK; {
		case int32(p.ack-to.next) > 0:
			wrong("acknowledges what was not sent")
		case from.answered && int32(p.ack-from.acked) < 0:
			wrong("acknowledges less than before")
		case bare && from.answered && from.acked == p.ack:
			wrong("a duplicate acknowledgement")
		}
		from.acked, from.answered = p.ack, true
	}
	if from.ended && (len(payload) > 0 || p.flags&flagFIN != 0) {
		wrong("behind a FIN")
	}
	if len(payload) > maxSegment {
		wrong("too large")
	}
	from.next += uint32(len(payload))
	if p.flags&(flagSYN|flagFIN) != 0 {
		from.next++
	}
	from.ended = from.ended || p.flags&flagFIN != 0
	from.reset = p.flags&flagRST != 0
	w.keep(p, payload)
}

// story is what was seen, a packet a line.
func (w *wire) story() string {
	var lines []string
	for _, p := range w.packets {
		lines = append(lines, p.String())
	}
	return strings.Join(lines, "\n")
}
