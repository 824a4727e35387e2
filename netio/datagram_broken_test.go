//go:build unix

package netio

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"
)

// datagramPair returns a connected end of datagrams and its peer.
func datagramPair(t *testing.T, listen string, layers ...Layer) (far, peer *End) {
	t.Helper()
	l := listenText(t, listen)
	to, err := ParseAddress(strings.Split(listen, ":")[0]+":"+l.Addr().String(), ToDial)
	if err != nil {
		t.Fatal(err)
	}
	d, err := to.Dialer(Options{Layers: layers})
	if err == nil {
		far, err = d.Dial(context.Background())
	}
	if err != nil {
		t.Fatal(err)
	}
	sayTo(t, far, []byte("hello"))
	if peer, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	hearFrom(t, peer, []byte("hello"))
	return far, peer
}

// A Write of datagrams that fails is told to that Write alone: the Read of the same end
// would wait for ever.
func TestADatagramThatCannotBeSentEndsTheSession(t *testing.T) {
	far, peer := datagramPair(t, "udp:127.0.0.1:0")
	defer peer.Close()
	joined := make(chan Outcome, 1)
	big, bigPeer := datagramPair(t, "unix-dgram:"+t.TempDir()+"/s")
	go func() { joined <- Pump{}.Join(context.Background(), bigPeer, far) }()
	sayTo(t, big, make([]byte, 70000))
	select {
	case o := <-joined:
		if KindOf(o.Err) != KindReset || !strings.Contains(o.Err.Error(), "a datagram of 70000 bytes does not fit (at most 65507)") {
			t.Errorf("%+v", o)
		}
	case <-time.After(patience):
		t.Fatal("the session does not end")
	}
	_ = big.Close()
}

func TestALayerKeepsTheBoundariesOfDatagrams(t *testing.T) {
	far, peer := datagramPair(t, "udp:127.0.0.1:0", CRLF)
	defer peer.Close()
	data := bytes.Repeat([]byte("a"), 60000)
	sayTo(t, far, data)
	hearFrom(t, peer, data)
	_ = far.Close()
}

// The idle clock of datagrams ends in order what is idle, not what is stuck.
func TestBytesOnTheirWayOutAreNoIdleness(t *testing.T) {
	stuck := make(chan struct{})
	out := &End{Stream: &stuckStream{stuck}, Name: "stuck"}
	joined := make(chan Outcome, 1)
	rules := Rules{Idle: 50 * time.Millisecond, IdleFlag: "--idle-timeout", IdleOver: true}
	go func() {
		joined <- Pump{Rules: rules}.Join(context.Background(), &End{Stream: &near{in: strings.NewReader("x"), stopped: make(chan struct{})}, Name: "near"}, out)
	}()
	select {
	case o := <-joined:
		if KindOf(o.Err) != KindTimeout {
			t.Errorf("%+v", o)
		}
	case <-time.After(patience):
		t.Error("the session does not end")
	}
	close(stuck)
}

// A stuckStream takes nothing.
type stuckStream struct{ end chan struct{} }

func (s *stuckStream) Read([]byte) (int, error)    { <-s.end; return 0, errStopped }
func (s *stuckStream) Write(p []byte) (int, error) { <-s.end; return 0, errStopped }
func (s *stuckStream) CloseWrite() error           { return nil }
func (s *stuckStream) Close() error                { return nil }
