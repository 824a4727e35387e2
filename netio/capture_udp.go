package netio

import "net/netip"

// An udpTalk captures datagrams: each Read and each Write is a packet. Those of a Unix
// socket may be larger than UDP's; they are several.
type udpTalk struct {
	Stream
	talk
	*holds
}

// Read records what it gives.
func (d *udpTalk) Read(p []byte) (int, error) {
	if err := d.in.await(); err != nil {
		return 0, err
	}
	n, err := d.Stream.Read(p)
	if err == nil {
		d.capture.record(func() { d.datagram(inbound, d.them, d.us, p[:n]) })
	}
	return n, err
}

// Write records what it is given, unless that is too large to be sent.
func (d *udpTalk) Write(p []byte) (int, error) {
	if err := d.out.await(); err != nil {
		return 0, err
	}
	if len(p) <= d.end.Datagram {
		d.capture.record(func() { d.datagram(outbound, d.us, d.them, p) })
	}
	return d.Stream.Write(p)
}

// datagram appends a packet, or several, with p.
func (d *udpTalk) datagram(went way, from, to netip.AddrPort, p []byte) {
	most := maxUDP
	if from.Addr().Is6() {
		most = maxUDP6
	}
	for first := true; first || len(p) > 0; first = false {
		piece := p[:min(len(p), most)]
		d.packet(went, func(b []byte) []byte { return appendUDP(b, from, to, piece) })
		p = p[len(piece):]
	}
}

// Close waits for nobody.
func (d *udpTalk) Close() error {
	d.stop()
	return d.Stream.Close()
}
