package netio

import (
	"bytes"
	"context"
	"net/netip"
	"strings"
	"testing"
)

func TestDatagramsAreWholeInACapture(t *testing.T) {
	for _, r := range packetRows() {
		far, peer := r.pair(t)
		peer.Accepted = true
		w := newWire(t)
		c, end := w.capture()
		most := maxUDP
		if strings.Contains(far.Peer, "[") {
			most = maxUDP6
		}
		sizes := []int{0, 1, 1473, maxUDP, 2}
		var want []string
		peer.Stream = c.Layer(peer)
		for _, size := range sizes {
			sayTo(t, far, noise(size))
			hearFrom(t, peer, noise(size))
			sayTo(t, peer, noise(size))
			hearFrom(t, far, noise(size))
			want = append(want, (caught{went: inbound, protocol: protocolUDP, size: min(size, most)}).String(),
				(caught{went: outbound, protocol: protocolUDP, size: min(size, most)}).String())
		}
		if n, err := peer.Write(make([]byte, peer.Datagram+1)); err == nil {
			t.Errorf("%s: %d bytes were sent", r.name, n)
		}
		end()
		w.wants(strings.Join(want, "\n"))
		first := w.packets[0]
		if !strings.HasPrefix(r.name, "unix") && (first.from.String() != far.Local() || first.to.String() != far.Peer) {
			t.Errorf("%s: %v to %v, want %s to %s", r.name, first.from, first.to, far.Local(), far.Peer)
		}
		_, _ = far.Close(), peer.Close()
	}
}

// A Unix socket takes more at once than UDP has room for.
func TestADatagramThatUDPHasNoRoomForIsSeveral(t *testing.T) {
	for _, e := range []*End{
		{Stream: &tape{}, Datagram: 200000},
		{Stream: &tape{}, Datagram: 200000, Peer: "[::1]:2", Sock: &Socket{conn: &peer{particulars: particulars{local: addrAt("[::1]:1")}}}},
	} {
		w := newWire(t)
		c, end := w.capture()
		s := c.Layer(e)
		_, _ = s.Write(noise(200000))
		end()
		most, total := maxUDP, 0
		if e.Peer != "" {
			most = maxUDP6
		}
		for _, p := range w.packets {
			total += p.size
		}
		if len(w.packets) != 4 || w.packets[0].size != most || total != 200000 {
			t.Errorf("%s", w.story())
		}
	}
}

type addrAt string

func (a addrAt) Network() string { return "udp" }
func (a addrAt) String() string  { return string(a) }

// Whose sum is 0 says 0xffff: 0 is no checksum (RFC 768).
func TestAChecksumOfUDPIsNever0(t *testing.T) {
	a := netip.MustParseAddrPort("1.2.3.4:5")
	for x := range 1 << 16 {
		p := appendUDP(nil, a, a, []byte{byte(x >> 8), byte(x)})
		if p[26] == 0 && p[27] == 0 {
			t.Fatalf("%x", p)
		}
	}
}

// What looks on does not change how a stream is cut into datagrams.
func TestACaptureChangesNoDatagram(t *testing.T) {
	far, peer := packetRows()[0].pair(t)
	defer peer.Close()
	w := newWire(t)
	c, end := w.capture()
	far.Stream = c.Layer(far)
	n := near{in: bytes.NewReader(noise(maxUDP + 1)), stopped: make(chan struct{})}
	o := Pump{Rules: Rules{SendOnly: true}}.Join(context.Background(), &End{Stream: &n, Name: "near"}, far)
	end()
	if o.Err != nil {
		t.Fatal(o.Err)
	}
	w.wants("we: 65507 B\nwe: 1 B")
}
