package netio

import (
	"math/rand/v2"
	"net/netip"
	"sync"
	"time"
)

// A Capture writes what passes through Streams into a Recording, as packets of TCP or UDP
// in a file of the format pcapng. They have the real addresses; all else about them is made
// up, and is as it would be on a wire that loses nothing. Where TLS ends here, what it
// protects is there as it was before.
type Capture struct {
	rec   *Recording
	began time.Time

	mu      sync.Mutex
	buf     []byte                // of a packet
	open    map[*tcpTalk]struct{} // the connections that are not closed
	unnamed uint32                // ends without addresses so far
}

// NewCapture begins the file, in which program stands.
func NewCapture(rec *Recording, program string) *Capture {
	c := &Capture{rec: rec, began: time.Now(), open: map[*tcpTalk]struct{}{}}
	rec.last = c.endAll
	rec.add(appendHeader(nil, program))
	return c
}

// Layer is the Layer that captures what e reads and writes, and changes nothing of it.
func (c *Capture) Layer(e *End) Stream {
	if e.Datagram > 0 {
		return &udpTalk{e.Stream, c.talkOf(e), e.heldUpBy(c.rec)}
	}
	return startTCPTalk(e.Stream, c.talkOf(e), rand.Uint32(), rand.Uint32())
}

func (c *Capture) talkOf(e *End) talk {
	t := talk{capture: c, end: e, comment: describeEnd(e)}
	var isReal bool
	if t.us, t.them, isReal = addressesOf(e); !isReal {
		t.us, t.them = c.madeUpAddresses(e.Accepted)
		t.comment += "; its addresses are made up"
	}
	return t
}

// record has event write its packets, which stay together.
func (c *Capture) record(event func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	event()
}

// endAll is the end of the process, which closes what is open.
func (c *Capture) endAll() {
	c.record(func() {
		for t := range c.open {
			t.closed()
		}
	})
}

// now is a time that never goes back, as the clock of the system may.
func (c *Capture) now() time.Time { return c.began.Add(time.Since(c.began)) }

// A talk is what a Capture knows of one end.
type talk struct {
	capture  *Capture
	end      *End
	us, them netip.AddrPort
	comment  string // of the first packet; empty once that is written
}

// packet writes the packet that build appends; record is calling.
func (t *talk) packet(went way, build func([]byte) []byte) {
	c := t.capture
	c.buf = appendPacket(c.buf[:0], c.now(), went, t.comment, build)
	c.rec.add(c.buf)
	t.comment = ""
}

// describeEnd tells whose packets they are, in the user's own words.
func describeEnd(e *End) string {
	what := "fid is connected to " + e.Name
	if e.Accepted {
		what = "fid accepts at " + e.Name
	}
	if e.Through != "" {
		what += " through " + e.Through
	}
	if e.tls != nil {
		what += "; not encrypted here: TLS ends at fid"
	}
	return what
}

// addressesOf returns the addresses of an end that has any.
func addressesOf(e *End) (us, them netip.AddrPort, ok bool) {
	us, err := netip.ParseAddrPort(e.Local())
	if err != nil {
		return us, them, false
	}
	if them, err = netip.ParseAddrPort(e.Peer); err != nil {
		return us, them, false
	}
	us, them = plainAddress(us), plainAddress(them)
	if us.Addr().IsUnspecified() { // of a socket that takes datagrams on all addresses
		from := sourceTo(them)
		if !from.IsValid() {
			from = netip.IPv4Unspecified()
		}
		us = netip.AddrPortFrom(from, us.Port())
	}
	if us.Addr().Is4() != them.Addr().Is4() { // one packet has one family
		us, them = mapped(us), mapped(them)
	}
	return us, them, true
}

// plainAddress is an address as it stands in a packet: without a zone, and IPv4 as such.
func plainAddress(a netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(a.Addr().Unmap().WithZone(""), a.Port())
}

// mapped is the address in IPv6 (RFC 4291, section 2.5.5.2).
func mapped(a netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(netip.AddrFrom16(a.Addr().As16()), a.Port())
}

// The addresses of ends that have none, as Unix sockets and commands, are those that are
// free for documentation (RFC 5737). Who connects has a port of its own, among the dynamic
// ones (RFC 6335, section 6), and when those are used up an address of its own.
const (
	firstDynamic = 49152
	dynamicPorts = 1<<16 - firstDynamic
	madeUpPort   = firstDynamic - 1 // which IANA gives to nobody
	madeUpHosts  = 254
)

func (c *Capture) madeUpAddresses(accepted bool) (us, them netip.AddrPort) {
	c.mu.Lock()
	n := c.unnamed
	c.unnamed++
	c.mu.Unlock()
	host := 1 + byte(n/dynamicPorts%madeUpHosts)
	us = netip.AddrPortFrom(netip.AddrFrom4([4]byte{198, 51, 100, host}), uint16(firstDynamic+n%dynamicPorts))
	them = netip.AddrPortFrom(netip.AddrFrom4([4]byte{192, 0, 2, 1}), madeUpPort)
	if accepted {
		us, them = them, us
	}
	return us, them
}
