package netio

import (
	"context"
	"errors"
	"io"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// slowness is how long a server of these tests takes for its first byte: a lower bound.
const slowness = 20 * time.Millisecond

func firstByteTold(t *testing.T, r row) {
	far, peer := pair(t, r)
	n, end := r.nearEnd(t, strings.NewReader("question"))
	go func() {
		_, _ = io.ReadFull(peer, make([]byte, len("question"))) // the session has begun
		time.Sleep(slowness)
		_, _ = peer.Write([]byte("an"))
		_, _ = io.ReadAll(peer)
		_, _ = peer.Write([]byte("swer"))
		peer.CloseInOrder()
	}()
	o := r.join(context.Background(), Rules{}, end, far)
	if o.Err != nil || o.FirstByte < slowness || o.FirstByte > o.Duration {
		t.Errorf("%+v, the first byte after %v of %v", o, o.FirstByte, o.Duration)
	}
	n.output()
}

func TestNoFirstByteIsNoTime(t *testing.T) {
	for _, r := range rows() {
		far, peer := pair(t, r)
		n, end := r.nearEnd(t, strings.NewReader("question"))
		go func() {
			_, _ = io.ReadAll(peer)
			peer.CloseInOrder()
		}()
		if o := r.join(context.Background(), Rules{}, end, far); o.Err != nil || o.FirstByte != 0 {
			t.Errorf("%s: %+v", r.name, o)
		}
		n.output()
	}
}

func TestTheFirstDatagramsTimeIsTold(t *testing.T) {
	l, dialer := udpRow().serve(t, Options{})
	far, err := dialer.Dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		client, err := l.Accept()
		if err != nil {
			return
		}
		buf := make([]byte, udpBuffer)
		_, _ = client.Read(buf)
		time.Sleep(slowness)
		_, _ = client.Write(nil) // no byte
		_, _ = client.Write([]byte("answer"))
		_ = client.Close()
	}()
	n := &near{in: strings.NewReader("question"), stopped: make(chan struct{})}
	o := Pump{Rules: Rules{Datagrams: 2, Quiet: -1}}.Join(t.Context(), &End{Stream: n, Name: "near"}, far)
	if o.Err != nil || o.Received != int64(len("answer")) || o.FirstByte < slowness {
		t.Errorf("%+v", o)
	}
	_ = l.Close()
}

// lookedAt: counters and sockets, from outside, also while the session ends.
func lookedAt(t *testing.T, r row) {
	far, peer := pair(t, r)
	n, end := r.nearEnd(t, nil)
	far.Timings = &Timings{Begun: time.Now()}
	m := &Monitor{Sockets: true}
	joined := make(chan Outcome, 1)
	go func() { joined <- r.pump(context.Background(), Pump{Monitor: m}, end, far) }()
	if _, err := peer.Write([]byte("hello")); err != nil {
		t.Fatal(err)
	}
	var s Status
	for begin := time.Now(); s.Received < 5; runtime.Gosched() {
		if list := m.Report(); len(list) == 1 {
			s = list[0]
		}
		if time.Since(begin) > patience {
			t.Fatalf("%+v", s)
		}
	}
	told := r.resets && askable(t)
	if s.Name != far.Name || s.FirstByte == 0 || s.FirstByte > time.Since(s.Begun) || told != (s.Far != nil) || told && s.Idle > time.Since(s.Begun) {
		t.Errorf("%+v", s)
	}
	looking := make(chan struct{})
	go func() {
		defer close(looking)
		for len(m.Report()) > 0 {
			runtime.Gosched()
		}
	}()
	_ = peer.Close() // its linger is still 0
	o := <-joined
	<-looking
	if told != (o.Far != nil) || told && o.Far.RoundTrip == 0 || (told && r.loop) != (o.Near != nil) || o.Total < o.Duration {
		t.Errorf("%+v, %+v", o, o.Far)
	}
	n.output()
}

// askable reports whether this system tells anything of a TCP connection.
func askable(t *testing.T) bool {
	far, peer := pair(t, rows()[0])
	defer peer.Close()
	defer far.Close()
	return far.tcpInfo() != nil
}

func TestSocketsAreAskedAtTheEndOnlyWhereThatIsWanted(t *testing.T) {
	for _, r := range rows() {
		far, peer := pair(t, r)
		n, end := r.nearEnd(t, strings.NewReader("question"))
		go func() {
			_, _ = io.ReadAll(peer)
			peer.CloseInOrder()
		}()
		if o := r.pump(t.Context(), Pump{Monitor: &Monitor{}}, end, far); o.Far != nil || o.Near != nil || o.Timings != nil || o.Total != 0 {
			t.Errorf("%s: %+v", r.name, o)
		}
		n.output()
	}
}

func TestAttemptsTellWhatCameOfEachAddress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		conn, attempts := race(context.Background(), addrPorts("2001:db8::1", "192.0.2.1", "2001:db8::2", "192.0.2.2"),
			dialFrom(map[string]answer{"2001:db8::1": {after: -1}, "192.0.2.1": {after: time.Millisecond, err: syscall.ECONNREFUSED}, "2001:db8::2": {after: 3 * time.Millisecond}}))
		if conn == nil {
			t.Fatal(attempts)
		}
		d := &tcpDialer{addr: Address{Text: "db:80", Host: "db", Port: "80"}}
		if d.told(attempts) != nil {
			t.Error("attempts are told to nobody")
		}
		d.opts.Timed = true
		timings := d.timings(begun.Add(-time.Second), time.Millisecond, attempts)
		if want := attemptDelay + 4*time.Millisecond; timings.Connect != want || timings.Resolve != time.Millisecond {
			t.Errorf("%+v, want a connect of %v", timings, want)
		}
		got := timings.Attempts
		for i, want := range []Attempt{
			{Addr: "[2001:db8::1]:80", Took: attemptDelay + 4*time.Millisecond},
			{Addr: "192.0.2.1:80", After: attemptDelay, Took: time.Millisecond, Err: &Error{Kind: KindRefused, What: "refused"}},
			{Addr: "[2001:db8::2]:80", After: attemptDelay + time.Millisecond, Took: 3 * time.Millisecond, Connected: true},
		} {
			if i >= len(got) || got[i].Addr != want.Addr || got[i].After != want.After || got[i].Took != want.Took || got[i].Connected != want.Connected ||
				KindOf(got[i].Err) != KindOf(want.Err) {
				t.Errorf("attempt %d of %+v, want %+v", i, got, want)
			}
		}
		if len(got) != 3 {
			t.Errorf("%d attempts", len(got))
		}
	})
}

func TestAnAddressInNumbersHasNoLookUp(t *testing.T) {
	l, err := ParseAddress("127.0.0.1:0", ToListen)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := l.Listen(t.Context(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	for _, host := range []string{"127.0.0.1", "localhost"} {
		_, port, _ := strings.Cut(listener.Addr().String(), ":")
		end, err := dialText(t, "tcp4:"+host+":"+port, Options{Timed: true})
		if err != nil {
			t.Fatal(err)
		}
		tm := end.Timings
		if (tm.Resolve > 0) != (host == "localhost") || tm.Connect == 0 || len(tm.Attempts) != 1 || !tm.Attempts[0].Connected {
			t.Errorf("%s: %+v", host, tm)
		}
		_ = end.Close()
		if end, err = dialText(t, "tcp4:"+host+":"+port, Options{}); err != nil || end.Timings != nil {
			t.Errorf("%s: %+v, %v: nobody asked", host, end, err)
		} else {
			_ = end.Close()
		}
	}
}

func TestAFailedDialTellsItsAttempts(t *testing.T) {
	for _, address := range []string{"127.0.0.1:1", "tls:127.0.0.1:1"} {
		for _, timed := range []bool{false, true} {
			end, err := dialText(t, address, Options{Timed: timed})
			var e *Error
			if err == nil || !errors.As(err, &e) {
				t.Fatal(end, err)
			}
			if timed && (len(e.Attempts) != 1 || e.Attempts[0].Addr != "127.0.0.1:1" || KindOf(e.Attempts[0].Err) != KindRefused) || !timed && e.Attempts != nil {
				t.Errorf("%s: %+v", address, e.Attempts)
			}
		}
	}
}

func TestTimingsOfAProxyAreItsOwn(t *testing.T) {
	g := grants()[0]
	p := proxyThat(t, func(c *fakeClient) {
		c.hears(len(g.greeting))
		c.says(g.greeted)
		c.hears(len(g.request))
		time.Sleep(slowness)
		c.says(g.answer)
	})
	x := proxyCase{scheme: g.scheme, timed: true}
	end, err := x.dial(t, t.Context(), p.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer end.Close()
	if tm := end.Timings; tm == nil || tm.Proxy < slowness || tm.Connect == 0 || tm.Connect+tm.Proxy > time.Since(tm.Begun) || len(tm.Attempts) != 1 || tm.Attempts[0].Addr != p.addr {
		t.Errorf("%+v", tm)
	}
}

// The handshake is told on both sides, and is no part of the connect.
func TestTimingsOfTLSAreTheirOwn(t *testing.T) {
	o := Options{Timed: true}
	addr, err := ParseAddress("tls:127.0.0.1:0", ToListen)
	if err != nil {
		t.Fatal(err)
	}
	l, err := addr.Listen(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	accepted := make(chan *End, 1)
	go func() {
		end, err := l.Accept()
		if err == nil {
			for end.Sock.isIdle() { // until the handshake has begun on the other side
				time.Sleep(time.Millisecond)
			}
			time.Sleep(slowness)
			err = end.handshake(context.Background())
		}
		if err != nil {
			t.Error(err)
		}
		accepted <- end
	}()
	to, err := ParseAddress("tls:"+l.Addr().String(), ToDial)
	if err != nil {
		t.Fatal(err)
	}
	to.SetOption("insecure", "yes")
	d, err := to.Dialer(o)
	if err != nil {
		t.Fatal(err)
	}
	end, err := d.Dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	peer := <-accepted
	if tm := end.Timings; tm.TLS < slowness || tm.Connect == 0 || tm.Connect+tm.TLS > time.Since(tm.Begun) {
		t.Errorf("dialled: %+v", tm)
	}
	if tm := peer.Timings; tm.TLS == 0 || tm.TLS > time.Since(tm.Begun) || tm.Connect != 0 {
		t.Errorf("accepted: %+v", tm)
	}
	_, _ = end.Close(), peer.Close()
}
