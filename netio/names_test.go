package netio

import (
	"context"
	"encoding/binary"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// A nameServer answers every question for an IPv4 address with 127.0.0.1, or none with an
// address at all, and counts the questions.
type nameServer struct {
	asked atomic.Int32
	knows atomic.Bool
}

// newNameServer makes the process ask it and nobody else.
func newNameServer(t *testing.T) *nameServer {
	t.Helper()
	conn, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &nameServer{}
	s.knows.Store(true)
	before := net.DefaultResolver
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp4", conn.LocalAddr().String())
	}}
	t.Cleanup(func() { net.DefaultResolver = before; _ = conn.Close() })
	go func() {
		buf := make([]byte, 512)
		for {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			s.asked.Add(1)
			time.Sleep(20 * time.Millisecond) // others ask meanwhile
			_, _ = conn.WriteTo(s.answer(buf[:n]), from)
		}
	}()
	return s
}

// answer makes an answer of the question (RFC 1035, section 4).
func (s *nameServer) answer(q []byte) []byte {
	end := 12
	for q[end] != 0 {
		end += int(q[end]) + 1
	}
	end += 5
	a := append([]byte(nil), q[:end]...)
	binary.BigEndian.PutUint16(a[2:], 0x8180)
	binary.BigEndian.PutUint16(a[10:], 0) // no additional records
	switch {
	case !s.knows.Load():
		a[3] |= 3 // NXDOMAIN
	case binary.BigEndian.Uint16(a[end-4:]) == 1:
		binary.BigEndian.PutUint16(a[6:], 1)
		a = append(a, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 127, 0, 0, 1)
	}
	return a
}

func TestAHostIsLookedUpOnceForManyPorts(t *testing.T) {
	s := newNameServer(t)
	o := Options{Timeout: 10 * time.Second, TimeoutFlag: "--connect-timeout", Names: &Names{}}
	port := closedPortOf(t)
	dial := func() error {
		a, err := ParseHostPort("db.test.", port, ToDial)
		if err != nil {
			return err
		}
		d, err := a.Knocker(o)
		if err != nil {
			return err
		}
		_, err = d.Dial(context.Background())
		return err
	}
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if err := dial(); KindOf(err) != KindRefused {
				t.Errorf("%v", err)
			}
		})
	}
	all.Wait()
	if n := s.asked.Load(); n > 2 { // for IPv4 and IPv6
		t.Errorf("the name server was asked %d times", n)
	}
	o.Names = nil
	if _ = dial(); s.asked.Load() <= 2 {
		t.Error("without Names nobody asks again")
	}
}

func TestANameThatIsNotThereIsAskedForOnceUnlessItIsWaitedFor(t *testing.T) {
	s := newNameServer(t)
	s.knows.Store(false)
	for _, again := range []bool{false, true} {
		s.asked.Store(0)
		o := Options{Names: &Names{Again: again}}
		a, _ := ParseHostPort("db.test.", "80", ToDial)
		for range 3 {
			err := a.LookUp(context.Background(), o)
			if KindOf(err) != KindName || err.Error() != "db.test.:80: no such name" {
				t.Errorf("%v", err)
			}
			if err = OfHost(err, a); err.Error() != "db.test.: no such name" {
				t.Errorf("%v", err)
			}
		}
		if n := s.asked.Load(); (n > 2) != again {
			t.Errorf("again %t: asked %d times", again, n)
		}
	}
}

// The clock of who asks is the cause for all who wait for the answer.
func TestALookUpThatTakesTooLongIsAClocksForAll(t *testing.T) {
	conn, err := net.ListenPacket("udp4", "127.0.0.1:0") // which never answers
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	before := net.DefaultResolver
	defer func() { net.DefaultResolver = before }()
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp4", conn.LocalAddr().String())
	}}
	o := Options{Timeout: 100 * time.Millisecond, TimeoutFlag: "-w", Names: &Names{}}
	for _, port := range []string{"80", "81"} {
		a, _ := ParseHostPort("db.test.", port, ToDial)
		err := a.LookUp(context.Background(), o)
		if KindOf(err) != KindTimeout || err.Error() != "db.test.:"+port+": no answer for 100 ms (-w)" || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("port %s: %v", port, err)
		}
	}
}

// closedPortOf is a port of 127.0.0.1 where nobody listens.
func closedPortOf(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return port
}
