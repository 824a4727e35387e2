package netio

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

func udpRow() packetRow { return packetRows()[0] }

// closedUDP is an address on which nobody listens.
func closedUDP(t *testing.T) string {
	t.Helper()
	c, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	return c.LocalAddr().String()
}

func dialText(t *testing.T, text string, o Options) (*End, error) {
	t.Helper()
	a, err := ParseAddress(text, ToDial)
	if err != nil {
		t.Fatal(err)
	}
	d, err := a.Dialer(o)
	if err != nil {
		t.Fatal(err)
	}
	return d.Dial(context.Background())
}

// Whether the Read that waits learns of it or the last question at the end: a
// refusal is one, however soon the session ends.
func TestDatagramToAClosedPortIsRefused(t *testing.T) {
	addr := closedUDP(t)
	for name, rules := range map[string]Rules{
		"while the reply is waited for": {Quiet: patience},
		"at once":                       {},
		"for ever":                      {Quiet: -1},
	} {
		t.Run(name, func(t *testing.T) {
			for range 50 {
				far, err := dialText(t, "udp:"+addr, Options{})
				if err != nil {
					t.Fatal(err)
				}
				n := &near{in: strings.NewReader("x"), stopped: make(chan struct{})}
				o := Pump{Rules: rules}.Join(context.Background(), &End{Stream: n, Name: "near"}, far)
				want := "udp:" + addr + ": refused (ICMP port unreachable) after 1 B sent, 0 B received"
				if KindOf(o.Err) != KindRefused || o.Err.Error() != want {
					t.Fatalf("%v, want %s", o.Err, want)
				}
			}
		})
	}
}

func TestCheckOfAUDPPortBelievesAnswersOnly(t *testing.T) {
	knock := func(addr string) error {
		a, err := ParseAddress("udp:"+addr, ToDial)
		if err != nil {
			t.Fatal(err)
		}
		d, err := a.Knocker(Options{Answer: 100 * time.Millisecond, Timeout: patience, TimeoutFlag: "-w"})
		if err != nil {
			t.Fatal(err)
		}
		end, err := d.Dial(context.Background())
		if err == nil {
			_ = end.Close()
		}
		return err
	}
	silent, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	err = knock(silent.LocalAddr().String())
	if KindOf(err) != KindTimeout || !strings.Contains(err.Error(), "no answer for 100 ms (-w); open or filtered, UDP does not tell") {
		t.Errorf("nobody answers: %v", err)
	}
	if err := knock(closedUDP(t)); KindOf(err) != KindRefused {
		t.Errorf("nobody listens: %v", err)
	}
	l, _ := udpRow().serve(t, Options{})
	defer l.Close()
	looping := make(chan func() Outcome, 1)
	go func() {
		client, err := l.Accept()
		if err == nil {
			looping <- looped(t, client)
		}
	}()
	if err := knock(l.Addr().String()); err != nil {
		t.Errorf("somebody answers: %v", err)
	}
	(<-looping)()
}

// A client knows its server by the address that it sends to: an answer from
// another one is nobody's to a connected socket.
func TestAnswerComesFromTheAddressThatWasAsked(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("it takes several loopback addresses and IP_PKTINFO")
	}
	for _, listen := range []string{"udp4:0", "udp:0"} {
		a, err := ParseAddress(listen, ToListen)
		if err != nil {
			t.Fatal(err)
		}
		l, err := a.Listen(context.Background(), Options{})
		if err != nil {
			t.Fatal(err)
		}
		_, port, _ := net.SplitHostPort(l.Addr().String())
		for _, host := range []string{"127.0.0.2", "127.0.0.3", "127.0.0.1", "[::1]"} {
			if host == "[::1]" && listen == "udp4:0" {
				continue
			}
			far, err := dialText(t, "udp:"+host+":"+port, Options{})
			if err != nil {
				t.Skip("no IPv6 here: ", err)
			}
			say(t, far, []byte("who?"))
			client, err := l.Accept()
			if err != nil {
				t.Fatal(err)
			}
			hear(t, client, []byte("who?"))
			if got := client.Local(); got != host+":"+port {
				t.Errorf("asked %s, the session says %s", host, got)
			}
			say(t, client, []byte("me"))
			hear(t, far, []byte("me"))
			_, _ = far.Close(), client.Close()
		}
		_ = l.Close()
	}
}

// The first session has the socket for itself, whichever address it was asked at.
func TestSecondSenderOfAOneShotListenerIsRefused(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("elsewhere it is not heard")
	}
	for _, host := range []string{"127.0.0.1", "127.0.0.2"} {
		a, _ := ParseAddress("udp4:"+host+":0", ToListen)
		l, err := a.Listen(context.Background(), Options{})
		if err != nil {
			t.Fatal(err)
		}
		d := dialerTo(t, l.Addr())
		first, second := dialOne(t, d), dialOne(t, d)
		say(t, first, []byte("1"))
		client, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		_ = l.Close()
		say(t, second, []byte("2"))
		_ = second.Sock.SetDeadline(time.Now().Add(patience))
		if _, err := second.Read(make([]byte, 9)); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("the second sender hears %v", err)
		}
		hear(t, client, []byte("1"))
		_ = first.Close()
		say(t, client, []byte("answer to nobody"))
		if _, err := client.Read(make([]byte, 9)); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("a peer that is gone: %v", err)
		}
		_, _ = second.Close(), client.Close()
	}
}

// notes collects what a listener says.
type notes struct {
	mu   sync.Mutex
	said []string
}

func (n *notes) add(what string) {
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
		say(t, end, []byte("first"))
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
	say(t, ends[0], []byte("second")) // comes after all of the first ones
	hear(t, one, []byte("first"))
	hear(t, one, []byte("second"))
	if got := said.String(); got != "2 peers at once (--max-conns): datagrams of others are dropped" {
		t.Errorf("it said %q", got)
	}
	_ = two.Close()
	say(t, ends[4], []byte("now there is room"))
	if two, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	hear(t, two, []byte("now there is room"))
	_, _ = one.Close(), two.Close()
}

func TestSlowSessionDoesNotHoldUpTheOthers(t *testing.T) {
	var said notes
	l, d := udpRow().serve(t, Options{Note: said.add})
	defer l.Close()
	slow, quick := dialOne(t, d), dialOne(t, d)
	defer slow.Close()
	defer quick.Close()
	say(t, slow, noise(60000))
	stuck, err := l.Accept() // nobody reads it
	if err != nil {
		t.Fatal(err)
	}
	say(t, quick, []byte("hello"))
	other, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	hear(t, other, []byte("hello"))
	for i := range 20 { // each has been taken when the answer comes
		say(t, slow, noise(60000))
		say(t, quick, []byte{byte(i)})
		hear(t, other, []byte{byte(i)})
	}
	for range 4 { // what there was room for
		hear(t, stuck, noise(60000))
	}
	say(t, slow, []byte("after"))
	hear(t, stuck, []byte("after"))
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
	say(t, far, []byte("one"))
	first, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	hear(t, first, []byte("one"))
	say(t, far, []byte("two"))
	say(t, far, nil)
	for first.isIdle() {
		runtime.Gosched()
	}
	first.stopReading()
	say(t, far, []byte("three"))
	next, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"two", "", "three"} {
		hear(t, next, []byte(want))
	}
	say(t, first, []byte("what was still to be answered"))
	hear(t, far, []byte("what was still to be answered"))
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
	say(t, client, []byte("anybody?"))
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
	say(t, client, []byte("anybody now?"))
	if near, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	if o := join(near); o.Err != nil || o.Sent != 12 {
		t.Errorf("%+v", o)
	}
}

func TestBroadcastTakesAFlag(t *testing.T) {
	_, err := dialText(t, "udp:127.255.255.255:9", Options{})
	if runtime.GOOS == "linux" && (err == nil || err.Error() != "udp:127.255.255.255:9: a broadcast address: -b allows it") {
		t.Errorf("without: %v", err)
	}
	end, err := dialText(t, "udp:127.255.255.255:9", Options{Broadcast: true})
	if err != nil {
		t.Skip("no network here: ", err)
	}
	_ = end.Close()
}

// Members of a group answer from their own addresses.
func TestAnswersToAMulticastAreHeard(t *testing.T) {
	lo, err := net.InterfaceByName("lo")
	if err != nil {
		t.Skip("no interface lo here")
	}
	group := &net.UDPAddr{IP: net.IPv4(239, 255, 77, 77)}
	member, err := net.ListenMulticastUDP("udp4", lo, group)
	if err != nil {
		t.Skip("no multicast here: ", err)
	}
	defer member.Close()
	port := member.LocalAddr().(*net.UDPAddr).Port
	far, err := dialText(t, fmt.Sprintf("udp:239.255.77.77:%d,source=127.0.0.1", port), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer far.Close()
	if _, err := far.Write([]byte("who is there?")); err != nil {
		t.Skip("no route to a group here: ", err)
	}
	_ = member.SetReadDeadline(time.Now().Add(time.Second))
	buf := make([]byte, 99)
	n, from, err := member.ReadFromUDPAddrPort(buf)
	if err != nil {
		t.Skip("multicasts do not come over lo here: ", err)
	}
	if _, err := member.WriteToUDPAddrPort(append(buf[:n], " me"...), from); err != nil {
		t.Fatal(err)
	}
	hear(t, far, []byte("who is there? me"))
}

func TestDatagramsComeFromTheSourceThatWasAskedFor(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("it takes several loopback addresses")
	}
	l, _ := udpRow().serve(t, Options{})
	defer l.Close()
	_, port, _ := net.SplitHostPort(closedUDP(t))
	far, err := dialText(t, "udp:"+l.Addr().String()+",source=127.0.0.9,source-port="+port, Options{})
	if err != nil {
		t.Fatal(err)
	}
	say(t, far, nil)
	client, err := l.Accept()
	if err != nil || client.Peer != "127.0.0.9:"+port {
		t.Errorf("%v, from %s", err, client.Peer)
	}
	hear(t, client, nil)
	_, _ = far.Close(), client.Close()
}

func TestListenersOfANameHaveOnePort(t *testing.T) {
	a, err := ParseAddress("udp:localhost:0", ToListen)
	if err != nil {
		t.Fatal(err)
	}
	l, err := a.Listen(context.Background(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for _, s := range l.(*peerTable).sockets {
		to := netip.MustParseAddrPort(s.Addr().String())
		far := dialOne(t, dialerTo(t, net.UDPAddrFromAddrPort(to)))
		say(t, far, []byte("hello"))
		client, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		hear(t, client, []byte("hello"))
		_, _ = far.Close(), client.Close()
		if got := netip.MustParseAddrPort(l.Addr().String()).Port(); to.Port() != got {
			t.Errorf("ports %d and %d", to.Port(), got)
		}
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

// io.ReadFull and others count on it.
func TestFailedReadOfADatagramGivesNoNegativeCount(t *testing.T) {
	for _, r := range packetRows() {
		far, peer := r.pair(t)
		for _, e := range []*End{far, peer} {
			e.Sock.StopReading()
			if n, err := e.Read(make([]byte, 9)); n != 0 || !isStopped(err) {
				t.Errorf("%s: %d, %v", r.name, n, err)
			}
		}
		_, _ = far.Close(), peer.Close()
	}
}
