package netio

import (
	"bytes"
	"context"
	"errors"
	"net"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// The tests of listeners that many peers share.

// notes collects what a listener says.
type notes struct {
	mu   sync.Mutex
	said []string
}

func (n *notes) add(_, what string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.said = append(n.said, what)
}

func (n *notes) String() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return strings.Join(n.said, "\n")
}

func TestPeersOverTheLimitAreDroppedAndThatIsSaidOnce(t *testing.T) {
	var said notes
	l, d := udpRow().serve(t, Options{MaxPeers: 2, Note: said.add})
	defer l.Close()
	var ends []*End
	for range 5 {
		end := dialOne(t, d)
		defer end.Close()
		sayTo(t, end, []byte("first"))
		ends = append(ends, end)
	}
	one, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	two, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	sayTo(t, ends[0], []byte("second")) // comes after all of the first ones
	hearFrom(t, one, []byte("first"))
	hearFrom(t, one, []byte("second"))
	if got := said.String(); got != "2 peers at once (--max-conns): datagrams of others are dropped" {
		t.Errorf("it said %q", got)
	}
	_ = two.Close()
	sayTo(t, ends[4], []byte("now there is room"))
	if two, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	hearFrom(t, two, []byte("now there is room"))
	_, _ = one.Close(), two.Close()
}

func TestSlowSessionDoesNotHoldUpTheOthers(t *testing.T) {
	var said notes
	l, d := udpRow().serve(t, Options{Note: said.add})
	defer l.Close()
	slow, quick := dialOne(t, d), dialOne(t, d)
	defer slow.Close()
	defer quick.Close()
	sayTo(t, slow, noise(60000))
	stuck, err := l.Accept() // nobody reads it
	if err != nil {
		t.Fatal(err)
	}
	sayTo(t, quick, []byte("hello"))
	other, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	hearFrom(t, other, []byte("hello"))
	for i := range 20 { // each has been taken when the answer comes
		sayTo(t, slow, noise(60000))
		sayTo(t, quick, []byte{byte(i)})
		hearFrom(t, other, []byte{byte(i)})
	}
	for range 4 { // what there was room for
		hearFrom(t, stuck, noise(60000))
	}
	sayTo(t, slow, []byte("after"))
	hearFrom(t, stuck, []byte("after"))
	_, _ = stuck.Close(), other.Close()
	who := slow.Local()
	want := who + ": comes faster than it is taken; what is too much is dropped\n" + who + ": 17 datagrams were dropped"
	if said.String() != want {
		t.Errorf("it said %q, want %q", said.String(), want)
	}
}

// A session ends by its idle clock at the very moment when more comes: that is
// the next session's, not lost.
func TestDatagramAtTheEndOfASessionBeginsTheNext(t *testing.T) {
	l, d := udpRow().serve(t, Options{})
	defer l.Close()
	far := dialOne(t, d)
	defer far.Close()
	sayTo(t, far, []byte("one"))
	first, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	hearFrom(t, first, []byte("one"))
	sayTo(t, far, []byte("two"))
	sayTo(t, far, nil)
	for first.isIdle() {
		runtime.Gosched()
	}
	first.stopReading()
	sayTo(t, far, []byte("three"))
	next, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"two", "", "three"} {
		hearFrom(t, next, []byte(want))
	}
	sayTo(t, first, []byte("what was still to be answered"))
	hearFrom(t, far, []byte("what was still to be answered"))
	_, _ = first.Close(), next.Close()
}

// A target that refuses ends the session of that client; its next datagram is
// another's, which finds the target that has come back.
func TestRefusedSessionOfARelayEndsAndTheNextDatagramBeginsOne(t *testing.T) {
	l, d := udpRow().serve(t, Options{})
	defer l.Close()
	target := closedUDP(t)
	client := dialOne(t, d)
	defer client.Close()
	join := func(near *End) Outcome {
		far, err := dialText(t, "udp:"+target, Options{})
		if err != nil {
			t.Fatal(err)
		}
		return Pump{Rules: Rules{Idle: 100 * time.Millisecond, IdleOver: true}}.Join(context.Background(), near, far)
	}
	sayTo(t, client, []byte("anybody?"))
	near, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	if o := join(near); KindOf(o.Err) != KindRefused {
		t.Errorf("%+v", o)
	}
	back, err := net.ListenPacket("udp4", target)
	if err != nil {
		t.Skip("the port was taken meanwhile: ", err)
	}
	defer back.Close()
	sayTo(t, client, []byte("anybody now?"))
	if near, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	if o := join(near); o.Err != nil || o.Sent != 12 {
		t.Errorf("%+v", o)
	}
}

func TestMailboxKeepsOrderAndBoundariesHoweverItIsFilled(t *testing.T) {
	m := newMailbox()
	p := make([]byte, maxBuffer)
	next, put := 0, 0
	size := func(i int) int { return i * 7919 % 5000 }
	for next < 3000 {
		for range next%97 + 1 {
			if m.put(noise(size(put))) == nil {
				put++
			}
		}
		for range next%89 + 1 {
			if m.isEmpty() {
				break
			}
			if n, err := m.read(p); err != nil || !bytes.Equal(p[:n], noise(size(next))) {
				t.Fatalf("datagram %d: %d bytes, %v", next, n, err)
			}
			next++
		}
	}
	m.fail(errReset)
	for !m.isEmpty() {
		_, err := m.read(p)
		if errors.Is(err, errReset) {
			break
		}
		next++
	}
	if next != put {
		t.Errorf("%d of %d were read before the failure", next, put)
	}
	m.stop()
	if _, err := m.read(p); err != errStopped || m.put(p) != errStopped {
		t.Errorf("after the stop: %v", err)
	}
}

func TestDatagramThroughAListenerAllocatesNothing(t *testing.T) {
	far, peer := udpRow().pair(t)
	p := make([]byte, 64)
	exchange := func() {
		_, _ = far.Write(p)
		_, _ = peer.Read(p)
		_, _ = peer.Write(p)
		_, _ = far.Read(p)
	}
	exchange()
	if n := testing.AllocsPerRun(200, exchange); n > 0 {
		t.Errorf("%g allocations an exchange", n)
	}
	_, _ = far.Close(), peer.Close()
}
