package netio

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

// The parts of the conformance suite of datagrams.

func everySize(t *testing.T, r packetRow) {
	far, peer := r.pair(t)
	defer looped(t, peer)()
	for _, size := range []int{0, 1, 1472, 1473, 8192, 16384, maxUDP} {
		data := noise(size)
		say(t, far, data)
		hear(t, far, data)
	}
	say(t, far, []byte("a"))
	say(t, far, nil)
	say(t, far, []byte("b"))
	for _, want := range []string{"a", "", "b"} {
		hear(t, far, []byte(want))
	}
	_ = far.Close()
}

func relayedWhole(t *testing.T, r packetRow) {
	client, near := r.pair(t)
	far, server := r.pair(t)
	stop := looped(t, server)
	ctx, cancel := context.WithCancelCause(context.Background())
	joined := make(chan Outcome, 1)
	go func() { joined <- Pump{}.Join(ctx, near, far) }()
	for i, size := range []int{3, 0, 1473, maxUDP, 0, 1} {
		data := append([]byte{}, noise(size)...)
		say(t, client, data)
		hear(t, client, data)
		if i == 0 && client.Datagram == 0 {
			t.Error("the end does not tell its limit")
		}
	}
	cancel(errStopped)
	<-joined
	stop()
	_ = client.Close()
}

// streamInPieces: all of a stream arrives, in datagrams that are not too large.
// UDP may lose some where they come too fast, so each waits for the last one's echo.
func streamInPieces(t *testing.T, r packetRow) {
	far, peer := r.pair(t)
	data := noise(300000)
	in := &inTurns{data: bytes.NewReader(data), turn: make(chan bool, 1)}
	in.turn <- true
	got := make(chan []byte, 1)
	go func() {
		var all []byte
		buf := make([]byte, maxBuffer)
		for len(all) < len(data) {
			n, err := peer.Read(buf)
			if err != nil || n > peer.Datagram {
				break
			}
			all = append(all, buf[:n]...)
			in.turn <- true
		}
		got <- all
	}()
	o := Pump{Rules: Rules{SendOnly: true}}.Join(context.Background(), &End{Stream: in, Name: "near"}, far)
	if o.Err != nil || o.Sent != int64(len(data)) {
		t.Errorf("%+v", o)
	}
	if !bytes.Equal(<-got, data) {
		t.Error("what arrived differs")
	}
	_ = peer.Close()
}

// inTurns is a stream that gives something when it is its turn.
type inTurns struct {
	near
	data io.Reader
	turn chan bool
}

func (s *inTurns) Read(p []byte) (int, error) {
	<-s.turn
	return s.data.Read(p)
}

func (s *inTurns) StopReading() {}

func tooLargeRefused(t *testing.T, r packetRow) {
	far, peer := r.pair(t)
	for _, e := range []*End{far, peer} {
		n, err := e.Write(make([]byte, maxBuffer+1))
		if n != 0 || err == nil || !strings.Contains(err.Error(), "a datagram of 262145 bytes does not fit (at most ") {
			t.Errorf("%d, %v", n, err)
		}
	}
	say(t, far, make([]byte, far.Datagram))
	hear(t, peer, make([]byte, far.Datagram))
	_, _ = far.Close(), peer.Close()
}

func cutTold(t *testing.T, r packetRow) {
	far, peer := r.pair(t)
	for _, ends := range [][2]*End{{far, peer}, {peer, far}} {
		say(t, ends[0], noise(100))
		_, err := ends[1].Read(make([]byte, 10))
		if err == nil || !strings.Contains(err.Error(), "a datagram of more than 10 bytes came, and was cut") {
			t.Errorf("%v", err)
		}
	}
	_, _ = far.Close(), peer.Close()
}

func silentNear() *End {
	return &End{Stream: &near{stopped: make(chan struct{})}, Name: "near", Input: InputPipe}
}

func cancelledPackets(t *testing.T, r packetRow) {
	far, peer := r.pair(t)
	ctx, cancel := context.WithCancelCause(context.Background())
	cause := errors.New("called off")
	go cancel(cause)
	if o := (Pump{}).Join(ctx, silentNear(), far); o.Err != cause {
		t.Errorf("%+v", o)
	}
	_ = peer.Close()
}

func idlePackets(t *testing.T, r packetRow) {
	far, peer := r.pair(t)
	o := Pump{Rules: Rules{Idle: 50 * time.Millisecond, IdleFlag: "--idle-timeout"}}.Join(context.Background(), silentNear(), far)
	if KindOf(o.Err) != KindTimeout || !strings.Contains(o.Err.Error(), "no byte for 50 ms (--idle-timeout)") {
		t.Errorf("%+v", o)
	}
	_ = peer.Close()
}

func idleClients(t *testing.T, r packetRow) {
	if !r.endless {
		t.Skip("its clients tell that they have finished")
	}
	client, near := r.pair(t)
	far, server := r.pair(t)
	o := Pump{Rules: Rules{Idle: 50 * time.Millisecond, IdleOver: true}}.Join(context.Background(), near, far)
	if o.Err != nil || o.Duration < 50*time.Millisecond {
		t.Errorf("%+v", o)
	}
	_, _ = client.Close(), server.Close()
}

func replyOver(t *testing.T, r packetRow) {
	far, peer := r.pair(t)
	go func() {
		buf := make([]byte, 100)
		n, _ := peer.Read(buf)
		time.Sleep(20 * time.Millisecond) // an answer that takes its time
		_, _ = peer.Write(append(buf[:n], " answered"...))
		peer.CloseInOrder()
	}()
	n := &near{in: strings.NewReader("question"), stopped: make(chan struct{})}
	o := Pump{Rules: Rules{Quiet: 300 * time.Millisecond}}.Join(context.Background(), &End{Stream: n, Name: "near"}, far)
	if o.Err != nil || n.out.String() != "question answered" || o.First != "near" {
		t.Errorf("%+v, %q", o, n.out.String())
	}
}

func soMany(t *testing.T, r packetRow) {
	far, peer := r.pair(t)
	for i := range 5 {
		say(t, peer, []byte{'0' + byte(i)})
	}
	end := silentNear()
	o := Pump{Rules: Rules{Quiet: -1, Datagrams: 3}}.Join(context.Background(), end, far)
	if got := end.Stream.(*near).out.String(); o.Err != nil || got != "012" {
		t.Errorf("%+v, %q", o, got)
	}
	_ = peer.Close()
}

func manyPeers(t *testing.T, r packetRow) {
	l, d := r.serve(t, Options{})
	ctx, cancel := context.WithCancelCause(context.Background())
	e := NewEngine(ctx, Pump{}, 0)
	served := make(chan error, 1)
	go func() {
		served <- e.Serve(l, 200, func(client *End, done func()) { e.Loop(client, func(Outcome) { done() }) }, func(error) {})
	}()
	var all sync.WaitGroup
	for i := range 50 {
		end := dialOne(t, d)
		all.Go(func() {
			defer end.Close()
			for j := range 20 {
				p := []byte(fmt.Sprintf("%d says %d", i, j))
				say(t, end, p)
				hear(t, end, p)
			}
		})
	}
	all.Wait()
	cancel(errStopped)
	_ = l.Close()
	<-served
	e.Close()
}

// closedListener: a one-shot mode closes its listener before its session begins.
func closedListener(t *testing.T, r packetRow) {
	l, d := r.serve(t, Options{})
	first, second := dialOne(t, d), dialOne(t, d)
	say(t, first, []byte("first"))
	accepted, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	say(t, second, []byte("second")) // it may wait to be accepted already
	_ = l.Close()
	if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("a closed listener accepts: %v", err)
	}
	_, _ = second.Write([]byte("second again"))
	hear(t, accepted, []byte("first"))
	say(t, first, []byte("more"))
	hear(t, accepted, []byte("more"))
	say(t, accepted, []byte("answer"))
	hear(t, first, []byte("answer"))
	_, _, _ = first.Close(), second.Close(), accepted.Close()
}
