package netio

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"math"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// rowOf is the row of the conformance suite with that name.
func rowOf(name string) row {
	for _, r := range rows() {
		if r.name == name {
			return r
		}
	}
	panic(name)
}

// capturedPair is pair with the packets of each end on a wire of its own; done ends both.
func capturedPair(t *testing.T, scheme string) (dialled, accepted *End, ours, theirs *wire, done func()) {
	t.Helper()
	dialled, accepted = pair(t, rowOf(scheme))
	accepted.Accepted = true
	ours, theirs = newWire(t), newWire(t)
	one, endOne := ours.capture()
	other, endOther := theirs.capture()
	dialled.Stream, accepted.Stream = one.Layer(dialled), other.Layer(accepted)
	return dialled, accepted, ours, theirs, func() { endOne(); endOther() }
}

func (w *wire) wants(story string) {
	w.t.Helper()
	if got := w.story(); got != story {
		w.t.Errorf("captured:\n%s\nwant:\n%s", got, story)
	}
}

func TestACaptureHasTheWholeOfABigTransferBothWays(t *testing.T) {
	far, peer := pair(t, rowOf("tcp4"))
	w := newWire(t)
	c, end := w.capture()
	far.Stream = c.Layer(far)
	data := noise(64 << 20)
	go Pump{}.Loop(context.Background(), peer)
	n := near{in: bytes.NewReader(data), stopped: make(chan struct{})}
	o := Pump{}.Join(context.Background(), &End{Stream: &n, Name: "near"}, far)
	end()
	if o.Err != nil || n.out.Len() != len(data) {
		t.Fatalf("%+v, %d bytes", o, n.out.Len())
	}
	if len(w.sides) != 2 {
		t.Errorf("%d directions", len(w.sides))
	}
	for name, s := range w.sides {
		if want := sha256.Sum256(data); !bytes.Equal(s.sum.Sum(nil), want[:]) || !s.ended {
			t.Errorf("%s: %d of %d bytes, ended: %v", name, s.bytes, len(data), s.ended)
		}
	}
}

func TestACaptureTellsWhoConnectedToWhomAndWhoEndedFirst(t *testing.T) {
	for _, scheme := range []string{"tcp4", "tcp6", "unix", "tls"} {
		far, peer, ours, theirs, done := capturedPair(t, scheme)
		answered := make(chan error, 1)
		go func() {
			asked, err := io.ReadAll(peer)
			_, _ = peer.Write(append(asked, " answered"...))
			_ = peer.CloseWrite()
			peer.CloseInOrder()
			answered <- err
		}()
		n := near{in: strings.NewReader("question"), stopped: make(chan struct{})}
		o := Pump{}.Join(context.Background(), &End{Stream: &n, Name: "near"}, far)
		if err := <-answered; o.Err != nil || err != nil || n.out.String() != "question answered" {
			t.Fatalf("%+v, %v, %q", o, err, n.out.String())
		}
		done()
		ours.wants("we: SYN\nthey: SYN\nwe: ACK\nwe: PSH 8 B\nthey: ACK\nwe: FIN\nthey: ACK\nthey: PSH 17 B\nwe: ACK\nthey: FIN\nwe: ACK")
		theirs.wants("they: SYN\nwe: SYN\nthey: ACK\nthey: PSH 8 B\nwe: ACK\nthey: FIN\nwe: ACK\nwe: PSH 17 B\nthey: ACK\nwe: FIN\nthey: ACK")
		first := ours.packets[0]
		madeUp := strings.Contains(first.comment, "made up")
		if madeUp != (scheme == "unix") || !madeUp && (first.to.String() != far.Peer || first.from.String() != far.Local()) {
			t.Errorf("%s: %v to %v, %q; want %s to %s", scheme, first.from, first.to, first.comment, far.Local(), far.Peer)
		}
		if !strings.Contains(first.comment, far.Name) || strings.Contains(first.comment, "not encrypted") != (scheme == "tls") {
			t.Errorf("%s: %q", scheme, first.comment)
		}
		if !strings.HasPrefix(ours.program, "fid") || ours.packets[1].comment != "" {
			t.Errorf("%q, %q", ours.program, ours.packets[1].comment)
		}
	}
}

func TestAResetOfThePeerIsHisInACapture(t *testing.T) {
	far, peer, ours, theirs, done := capturedPair(t, "tcp4")
	_, _ = peer.Write([]byte("before"))
	for !peer.Sock.flushed() {
		time.Sleep(time.Millisecond)
	}
	_ = peer.Close() // its linger is still 0
	n := near{stopped: make(chan struct{})}
	if o := (Pump{}).Join(context.Background(), &End{Stream: &n, Name: "near"}, far); KindOf(o.Err) != KindReset {
		t.Errorf("%+v", o)
	}
	done()
	ours.wants("we: SYN\nthey: SYN\nwe: ACK\nthey: PSH 6 B\nwe: ACK\nthey: RST")
	theirs.wants("they: SYN\nwe: SYN\nthey: ACK\nwe: PSH 6 B\nthey: ACK\nwe: RST")
}

// A session that is called off closes its socket when the process is about to end.
func TestWhatIsOpenAtTheEndIsResetInACapture(t *testing.T) {
	_, peer, ours, theirs, done := capturedPair(t, "tcp4")
	_ = peer.CloseWrite()
	done()
	ours.wants("we: SYN\nthey: SYN\nwe: ACK\nwe: RST")
	theirs.wants("they: SYN\nwe: SYN\nthey: ACK\nwe: FIN\nthey: ACK\nwe: RST")
	_ = peer.Close() // says nothing more
}

func TestAnEndThatIsSettledIsClosedWithAFIN(t *testing.T) {
	far, _, ours, _, done := capturedPair(t, "tcp4")
	far.CloseInOrder()
	done()
	ours.wants("we: SYN\nthey: SYN\nwe: ACK\nwe: FIN\nthey: ACK")
}

// A brittle stream takes some bytes, and then fails.
type brittle struct {
	tape
	takes int
}

func (s *brittle) Write(p []byte) (int, error) {
	n := min(len(p), s.takes)
	s.takes -= n
	if n < len(p) {
		return n, errors.New("broken")
	}
	return n, nil
}

func TestWhatAFailingWriteDidNotTakeIsNotAcknowledged(t *testing.T) {
	w := newWire(t)
	c, end := w.capture()
	s := c.Layer(&End{Stream: &brittle{takes: 15}})
	for _, want := range []int{10, 5, 0} {
		if n, _ := s.Write(noise(10)); n != want {
			t.Fatal(n)
		}
	}
	_ = s.CloseWrite()
	_ = s.Close()
	end()
	w.wants("we: SYN\nthey: SYN\nwe: ACK\nwe: PSH 10 B\nthey: ACK\nwe: PSH 10 B\nthey: ACK\nwe: FIN\nwe: RST")
	var acked, sent uint32
	for _, p := range w.packets {
		if p.went == inbound {
			acked = p.ack - w.packets[1].ack
		} else if p.size > 0 {
			sent = p.seq + uint32(p.size) - w.packets[1].ack
		}
	}
	if acked != 15 || sent != 20 {
		t.Errorf("%d of %d bytes are acknowledged", acked, sent)
	}
}

func TestSequenceNumbersBeginAgain(t *testing.T) {
	w := newWire(t)
	c, end := w.capture()
	far := &tape{gives: cutUp(noise(100000), bytes.Repeat([]byte{255}, 300))}
	e := &End{Stream: far}
	s := startTCPTalk(e.Stream, c.talkOf(e), math.MaxUint32-50000, math.MaxUint32)
	if _, err := s.Write(noise(200000)); err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(s); err != nil || !bytes.Equal(got, noise(100000)) {
		t.Fatal(err)
	}
	_ = s.CloseWrite()
	end()
	for _, p := range w.packets {
		if s := w.side(p.from, p.to); !s.ended || s.next > 200000 {
			t.Fatalf("%+v", s)
		}
	}
}

func TestEndsWithoutAddressesAreToldApart(t *testing.T) {
	c := NewCapture(RecordTo("", io.Discard, nil), "")
	seen := map[netip.AddrPort]bool{}
	for n := range 3 * dynamicPorts {
		us, them := c.madeUpAddresses(n%2 == 1)
		if n%2 == 1 {
			us, them = them, us
		}
		if them.String() != "192.0.2.1:49151" || seen[us] || !netip.MustParsePrefix("198.51.100.0/24").Contains(us.Addr()) || us.Port() < firstDynamic {
			t.Fatal(n, us, them)
		}
		seen[us] = true
	}
}

func FuzzCapture(f *testing.F) {
	f.Add([]byte("to and fro"), []byte{1, 2, 3}, true, uint32(0))
	f.Add([]byte{}, []byte{0}, false, uint32(math.MaxUint32))
	f.Add(noise(1000), []byte{0xff, 1, 0x80}, true, uint32(math.MaxUint32-3))
	f.Fuzz(func(t *testing.T, b, cuts []byte, accepted bool, seq uint32) {
		w := newWire(t)
		c, end := w.capture()
		e := &End{Stream: &tape{gives: cutUp(b, cuts)}, Accepted: accepted, Name: string(b)}
		s := startTCPTalk(e.Stream, c.talkOf(e), seq, ^seq)
		for _, piece := range cutUp(b, cuts) {
			if n, err := s.Write(piece); n != len(piece) || err != nil {
				t.Fatal(n, err)
			}
		}
		_ = s.CloseWrite()
		if got, err := io.ReadAll(s); err != nil || !bytes.Equal(got, b) {
			t.Fatalf("%q, %v", got, err)
		}
		_ = s.Close()
		end()
		for name, side := range w.sides {
			if want := sha256.Sum256(b); !bytes.Equal(side.sum.Sum(nil), want[:]) || !side.ended || side.reset {
				t.Errorf("%s: %d of %d bytes", name, side.bytes, len(b))
			}
		}
	})
}
