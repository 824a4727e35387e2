package netio

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"runtime"
	"strings"
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
	begin := time.Now()
	err = knock(silent.LocalAddr().String())
	if took := time.Since(begin); took < 100*time.Millisecond {
		t.Errorf("the answer was waited for only %v", took)
	}
	for range 2 { // a datagram may be lost
		if n, _, err := silent.ReadFrom(make([]byte, 9)); n != 1 || err != nil {
			t.Errorf("%d bytes, %v", n, err)
		}
	}
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
			sayTo(t, far, []byte("who?"))
			client, err := l.Accept()
			if err != nil {
				t.Fatal(err)
			}
			hearFrom(t, client, []byte("who?"))
			if got := client.Local(); got != host+":"+port {
				t.Errorf("asked %s, the session says %s", host, got)
			}
			sayTo(t, client, []byte("me"))
			hearFrom(t, far, []byte("me"))
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
		sayTo(t, first, []byte("1"))
		client, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		_ = l.Close()
		sayTo(t, second, []byte("2"))
		_ = second.Sock.SetDeadline(time.Now().Add(patience))
		if _, err := second.Read(make([]byte, 9)); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("the second sender hears %v", err)
		}
		hearFrom(t, client, []byte("1"))
		_ = first.Close()
		sayTo(t, client, []byte("answer to nobody"))
		if _, err := client.Read(make([]byte, 9)); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("a peer that is gone: %v", err)
		}
		_, _ = second.Close(), client.Close()
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
	hearFrom(t, far, []byte("who is there? me"))
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
	sayTo(t, far, nil)
	client, err := l.Accept()
	if err != nil || client.Peer != "127.0.0.9:"+port {
		t.Errorf("%v, from %s", err, client.Peer)
	}
	hearFrom(t, client, nil)
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
		sayTo(t, far, []byte("hello"))
		client, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		hearFrom(t, client, []byte("hello"))
		_, _ = far.Close(), client.Close()
		if got := netip.MustParseAddrPort(l.Addr().String()).Port(); to.Port() != got {
			t.Errorf("ports %d and %d", to.Port(), got)
		}
	}
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
