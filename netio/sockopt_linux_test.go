package netio

import (
	"context"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// allSocketOptions asks for everything that every connection on loopback can have.
func allSocketOptions() SocketOptions {
	return SocketOptions{RecvBuffer: 40000, SendBuffer: 30000, TOS: 0xb8, TTL: 33, MinTTL: 20,
		KeepAlive: 77 * time.Second, Nagle: true, Device: "lo"}
}

// A listening is where and how a test's ends meet.
type listening struct {
	listen, dial string // "PORT" stands for the port
	loops        int    // the client is accepted on one of so many event loops
}

// meet returns the two ends of a connection, both with the options.
func (l listening) meet(t *testing.T, o Options) (dialled, accepted *End) {
	t.Helper()
	addr, err := ParseAddress(l.listen, ToListen)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	listener, err := addr.Listen(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	word := l.dial
	if i := strings.LastIndex(listener.Addr().String(), ":"); i >= 0 {
		word = strings.ReplaceAll(word, "PORT", listener.Addr().String()[i+1:])
	}
	accepting := make(chan *End, 1)
	e := NewEngine(ctx, Pump{}, l.loops)
	failed := func(err error) { t.Error(err) }
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = e.Serve(listener, 1, func(end *End, _ func()) { accepting <- end }, failed)
	}()
	t.Cleanup(func() { cancel(); _ = listener.Close(); <-served; e.Close() })
	to, err := ParseAddress(word, ToDial)
	if err != nil {
		t.Fatal(err)
	}
	dialer, err := to.Dialer(o)
	if err != nil {
		t.Fatal(err)
	}
	if dialled, err = dialer.Dial(ctx); err != nil {
		t.Fatal(err)
	}
	select {
	case accepted = <-accepting:
	case <-ctx.Done():
		t.Fatal("nobody was accepted")
	}
	t.Cleanup(func() { _, _ = dialled.Close(), accepted.Close() })
	return dialled, accepted
}

// has asks the kernel for a number.
func has(t *testing.T, e *End, level, name int) int {
	t.Helper()
	n := -1
	e.Sock.ask(func(fd uintptr) {
		var err error
		if n, err = unix.GetsockoptInt(int(fd), level, name); err != nil {
			t.Error(err)
		}
	})
	return n
}

// wants fails the test unless the kernel has the number for both ends.
func wants(t *testing.T, what string, level, name, want int, ends ...*End) {
	t.Helper()
	for i, e := range ends {
		if got := has(t, e, level, name); got != want {
			t.Errorf("%s of the %s end is %d, want %d", what, []string{"dialled", "accepted"}[i], got, want)
		}
	}
}

func TestSocketOptionsAreOnBothEndsHoweverTheyWereOpened(t *testing.T) {
	for _, l := range []listening{
		{"127.0.0.1:0", "127.0.0.1:PORT", 0}, {"127.0.0.1:0", "127.0.0.1:PORT", 1},
		{"[::1]:0", "[::1]:PORT", 0}, {"[::1]:0", "[::1]:PORT", 1},
		{"0", "127.0.0.1:PORT", 0}, {"0", "127.0.0.1:PORT", 1},
		{"localhost:0", "localhost:PORT", 0}, {"localhost:0", "localhost:PORT", 1},
	} {
		name := l.dial + " of " + l.listen
		if l.loops > 0 {
			name += " on a loop"
		}
		t.Run(name, func(t *testing.T) {
			dialled, accepted := l.meet(t, Options{Socket: allSocketOptions()})
			level, tos, ttl, least := unix.IPPROTO_IP, unix.IP_TOS, unix.IP_TTL, unix.IP_MINTTL
			if strings.HasPrefix(l.dial, "[") {
				level, tos, ttl, least = unix.IPPROTO_IPV6, unix.IPV6_TCLASS, unix.IPV6_UNICAST_HOPS, unix.IPV6_MINHOPCOUNT
			}
			both := []*End{dialled, accepted}
			if has(t, dialled, unix.SOL_SOCKET, unix.SO_DOMAIN) == unix.AF_INET6 && level == unix.IPPROTO_IP {
				both = nil // localhost was IPv6
			}
			wants(t, "SO_RCVBUF", unix.SOL_SOCKET, unix.SO_RCVBUF, 80000, both...)
			wants(t, "SO_SNDBUF", unix.SOL_SOCKET, unix.SO_SNDBUF, 60000, both...)
			wants(t, "the type of service", level, tos, 0xb8, both...)
			wants(t, "the TTL", level, ttl, 33, both...)
			wants(t, "the least TTL", level, least, 20, both...)
			wants(t, "keepalive", unix.SOL_SOCKET, unix.SO_KEEPALIVE, 1, both...)
			wants(t, "the idle time", unix.IPPROTO_TCP, unix.TCP_KEEPIDLE, 77, both...)
			wants(t, "the interval", unix.IPPROTO_TCP, unix.TCP_KEEPINTVL, 77, both...)
			wants(t, "TCP_NODELAY", unix.IPPROTO_TCP, unix.TCP_NODELAY, 0, both...)
			for _, e := range both {
				e.Sock.ask(func(fd uintptr) {
					if d, err := unix.GetsockoptString(int(fd), unix.SOL_SOCKET, unix.SO_BINDTODEVICE); err != nil || strings.Trim(d, "\x00") != "lo" {
						t.Errorf("the interface is %q, %v", d, err)
					}
					if linger, err := unix.GetsockoptLinger(int(fd), unix.SOL_SOCKET, unix.SO_LINGER); err != nil || linger.Onoff != 1 {
						t.Errorf("the linger is %v, %v", linger, err)
					}
				})
			}
		})
	}
}

func TestBuffersOfAUnixSocketAreSetOnBothEnds(t *testing.T) {
	path := "unix:" + t.TempDir() + "/s"
	dialled, accepted := listening{path, path, 0}.meet(t, Options{Socket: SocketOptions{RecvBuffer: 40000, SendBuffer: 30000}})
	wants(t, "SO_RCVBUF", unix.SOL_SOCKET, unix.SO_RCVBUF, 80000, dialled, accepted)
	wants(t, "SO_SNDBUF", unix.SOL_SOCKET, unix.SO_SNDBUF, 60000, dialled, accepted)
}

// What fid sets itself, when a session is half-open and after its first second on a
// loop, and what Go sets when it takes a socket, give way to --keepalive and --nagle.
func TestKeepaliveAndNagleOutlastWhatASessionSets(t *testing.T) {
	for _, keep := range []time.Duration{77 * time.Second, -1} {
		for loops := range 2 {
			dialled, accepted := listening{"127.0.0.1:0", "127.0.0.1:PORT", loops}.meet(t,
				Options{Socket: SocketOptions{KeepAlive: keep, Nagle: true}})
			for _, e := range []*End{dialled, accepted} {
				if !e.toLoop() {
					t.Fatal("not taken by a loop")
				}
				keepAlive(e)
				e.Sock.watchful()
				if err := e.toPoller(); err != nil {
					t.Fatal(err)
				}
				e.Sock.watchful()
			}
			on, idle := 1, 77
			if keep < 0 {
				on, idle = 0, has(t, dialled, unix.IPPROTO_TCP, unix.TCP_KEEPIDLE)
			}
			wants(t, "keepalive", unix.SOL_SOCKET, unix.SO_KEEPALIVE, on, dialled, accepted)
			wants(t, "the idle time", unix.IPPROTO_TCP, unix.TCP_KEEPIDLE, idle, dialled)
			wants(t, "TCP_NODELAY", unix.IPPROTO_TCP, unix.TCP_NODELAY, 0, dialled, accepted)
		}
	}
}

func TestWithoutSocketOptionsASocketIsAsEver(t *testing.T) {
	dialled, accepted := listening{"127.0.0.1:0", "127.0.0.1:PORT", 1}.meet(t, Options{})
	if dialled.Sock.asked != nil || accepted.Sock.asked != nil {
		t.Error("something was asked for")
	}
	wants(t, "TCP_NODELAY", unix.IPPROTO_TCP, unix.TCP_NODELAY, 1, dialled, accepted)
}

// A relay's target is dialled on the loop, without Go's dialler, where nothing is asked for.
func TestTheTargetOfARelayHasTheSocketOptions(t *testing.T) {
	target, client := newEchoTarget(t), make(chan *End, 1)
	to, err := ParseAddress(target, ToDial)
	if err != nil {
		t.Fatal(err)
	}
	dialer, err := to.Dialer(Options{Socket: SocketOptions{TTL: 33}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	e := NewEngine(ctx, Pump{}, 1)
	e.Dial(dialer, &End{}, func(end *End, err error) {
		if err != nil {
			t.Error(err)
		}
		client <- end
	})
	end := <-client
	wants(t, "the TTL", unix.IPPROTO_IP, unix.IP_TTL, 33, end)
	_ = end.Close()
	cancel()
	e.Close()
}

func newEchoTarget(t *testing.T) string {
	t.Helper()
	a, err := ParseAddress("127.0.0.1:0", ToListen)
	if err != nil {
		t.Fatal(err)
	}
	l, err := a.Listen(t.Context(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l.Addr().String()
}

func TestASocketOptionThatTheKernelRefusesIsNamed(t *testing.T) {
	for _, x := range []struct {
		asked SocketOptions
		want  string
	}{
		{SocketOptions{Device: "nosuch0"}, "cannot set --device nosuch0: no such interface"},
		{SocketOptions{TOS: 3}, "cannot set -T 3: the system makes it 0 (the two lowest bits are ECN's)"},
	} {
		o := Options{Socket: x.asked}
		listen, _ := ParseAddress("127.0.0.1:0", ToListen)
		if _, err := listen.Listen(t.Context(), o); KindOf(err) != KindOther || err.Error() != "127.0.0.1:0: "+x.want {
			t.Errorf("listening: %v", err)
		}
		target := newEchoTarget(t)
		to, _ := ParseAddress(target, ToDial)
		dialer, err := to.Dialer(o)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := dialer.Dial(t.Context()); KindOf(err) != KindOther || err.Error() != target+": "+x.want {
			t.Errorf("dialling: %v", err)
		}
		knocker, err := to.Knocker(o)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := knocker.Dial(t.Context()); KindOf(err) != KindOther {
			t.Errorf("knocking: %v", err)
		}
	}
}

func TestABufferThatTheSystemMakesSmallerIsTold(t *testing.T) {
	var notes []string
	o := Options{Socket: SocketOptions{SendBuffer: 1 << 30, RecvBuffer: 20000},
		Note: func(addr, what string) { notes = append(notes, addr+": "+what) }}
	a, _ := ParseAddress("127.0.0.1:0", ToListen)
	l, err := a.Listen(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	_ = l.Close()
	if len(notes) != 1 || !strings.HasPrefix(notes[0], "127.0.0.1:0: -O: the system gives ") || !strings.HasSuffix(notes[0], " of 1.1 GB (net.core.wmem_max)") {
		t.Errorf("%q", notes)
	}
}

// A client whose packets have come too far is not answered at all (RFC 5082).
func TestMinTTLLetsNobodyInFromAfar(t *testing.T) {
	a, _ := ParseAddress("127.0.0.1:0", ToListen)
	l, err := a.Listen(t.Context(), Options{Socket: SocketOptions{MinTTL: 255}})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	to, _ := ParseAddress(l.Addr().String(), ToDial)
	for ttl, want := range map[int]Kind{254: KindTimeout, 255: 0} {
		timeout := patience
		if want != 0 {
			timeout = 300 * time.Millisecond // this is waited for
		}
		dialer, err := to.Dialer(Options{Socket: SocketOptions{TTL: ttl}, Timeout: timeout})
		if err != nil {
			t.Fatal(err)
		}
		end, err := dialer.Dial(t.Context())
		if KindOf(err) != want {
			t.Errorf("with a TTL of %d: %v", ttl, err)
		}
		if err == nil {
			_ = end.Close()
		}
	}
}
