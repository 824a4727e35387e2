package netio

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"
)

// The parts of the conformance suite with a relay between the two sides.

func relayed(t *testing.T, r row) {
	client, near := pair(t, r)
	far, server := pair(t, r)
	joined := make(chan Outcome, 1)
	go func() { joined <- r.join(context.Background(), Rules{}, near, far) }()
	looped := make(chan Outcome, 1)
	go func() { looped <- r.join(context.Background(), Rules{}, server, server) }()
	data := noise(4 << 20)
	n, end := r.nearEnd(t, bytes.NewReader(data))
	if o := r.join(context.Background(), Rules{}, end, client); o.Err != nil || !bytes.Equal(n.output(), data) {
		t.Errorf("%+v, %d bytes", o, n.out.Len())
	}
	if o := <-joined; o.Err != nil || o.Sent != int64(len(data)) || o.Received != int64(len(data)) {
		t.Errorf("the relay: %+v", o)
	}
	<-looped
}

// blocked: what had arrived before a reset cannot be passed on, since the other
// side does not read. Nobody reads the broken end either, so nobody is told.
func blocked(t *testing.T, r row) {
	if !r.resets {
		t.Skip("this transport has no reset")
	}
	if !canWatch {
		t.Skip("a reset that no call meets is not heard here")
	}
	client, near := pair(t, r)
	far, server := pair(t, r)
	joined := make(chan Outcome, 1)
	rules := Rules{HalfOpen: 100 * time.Millisecond, Watch: 10 * time.Millisecond}
	go func() { joined <- r.join(context.Background(), rules, near, far) }()
	_ = client.Sock.SetDeadline(time.Now().Add(300 * time.Millisecond))
	for buf := noise(1 << 20); ; { // until nothing more fits on the way
		if _, err := client.Write(buf); err != nil {
			break
		}
	}
	_ = client.Close() // its linger is still 0
	if o := <-joined; KindOf(o.Err) != KindTimeout {
		t.Errorf("%+v", o)
	}
	_ = server.Close()
}

// unread: a client has said more than it has heard, and is gone. The server reads on only
// when its answers are taken, and so what the client had said cannot be passed on before.
func unread(t *testing.T, r row) {
	client, near := pair(t, r)
	far, server := pair(t, r)
	if far.tls != nil {
		far.tls.asked = true // its verdict on our certificate stands behind the answers
	}
	joined, looped := make(chan Outcome, 1), make(chan Outcome, 1)
	rules := Rules{HalfOpen: patience / 2, Watch: 10 * time.Millisecond}
	go func() { joined <- r.join(context.Background(), rules, near, far) }()
	go func() { looped <- r.join(context.Background(), Rules{}, server, server) }()
	_ = client.Sock.SetDeadline(time.Now().Add(300 * time.Millisecond))
	for buf := noise(1 << 20); ; { // until nothing more fits on the way
		if _, err := client.Write(buf); err != nil {
			break
		}
	}
	_ = client.Close() // its linger is still 0
	if o := <-joined; KindOf(o.Err) != KindReset {
		t.Errorf("the relay: %+v", o)
	}
	if o := <-looped; r.resets && KindOf(o.Err) != KindReset {
		t.Errorf("the server: %+v", o)
	}
	if far.tls != nil {
		if _, err := far.tls.Read(make([]byte, 1)); !isStopped(err) { // what was thrown away were whole records
			t.Error(err)
		}
	}
}

func vanished(t *testing.T, r row) {
	client, near := pair(t, r)
	far, server := pair(t, r)
	joined := make(chan Outcome, 1)
	go func() { joined <- r.join(context.Background(), Rules{}, near, far) }()
	_ = client.Close()
	_, err := io.ReadAll(server)
	if r.resets && !isReset(err) {
		t.Errorf("the server heard %v, want a reset", err)
	}
	_ = server.Close()
	o := <-joined
	if r.resets && KindOf(o.Err) != KindReset {
		t.Errorf("the relay: %+v", o)
	}
}

func isReset(err error) bool {
	kind, _ := describe(err)
	var op *net.OpError
	return errors.As(err, &op) && kind == KindReset
}

func halfOpen(t *testing.T, r row) {
	client, near := pair(t, r)
	far, server := pair(t, r)
	if err := client.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	o := r.join(context.Background(), Rules{HalfOpen: 50 * time.Millisecond}, near, far)
	if KindOf(o.Err) != KindTimeout || !strings.Contains(o.Err.Error(), "half-open") {
		t.Errorf("%+v", o)
	}
	for _, e := range []*End{client, server} {
		_, _ = io.ReadAll(e)
		_ = e.Close()
	}
}

// A bufferedConn is a socket whose buffers can be made small or large.
type bufferedConn interface {
	SetReadBuffer(bytes int) error
	SetWriteBuffer(bytes int) error
}

// finishedBehind: both FINs have passed between a relay and its server, so that
// connection is no more, while bytes of it still wait for a slow client. That
// is no reset.
func finishedBehind(t *testing.T, r row) {
	client, near := pair(t, r)
	far, server := pair(t, r)
	const little, plenty = 32 << 10, 1 << 20
	_ = client.Sock.conn.(bufferedConn).SetReadBuffer(little)
	_ = near.Sock.conn.(bufferedConn).SetWriteBuffer(little)
	_ = far.Sock.conn.(bufferedConn).SetReadBuffer(plenty)
	_ = server.Sock.conn.(bufferedConn).SetWriteBuffer(plenty)
	joined := make(chan Outcome, 1)
	go func() { joined <- r.join(context.Background(), Rules{Watch: time.Millisecond}, near, far) }()
	_ = client.CloseWrite()
	_, _ = io.ReadAll(server)
	data := noise(300 << 10) // the client's side does not hold it, the server's does
	_, _ = server.Write(data)
	_ = server.CloseWrite()
	for begin := time.Now(); r.resets && !server.Sock.flushed() && time.Since(begin) < patience; runtime.Gosched() {
	}
	server.CloseInOrder()
	var got bytes.Buffer
	for piece := make([]byte, 4<<10); ; { // so slow that the relay looks in between
		n, err := client.Read(piece)
		got.Write(piece[:n])
		if err != nil {
			break
		}
		time.Sleep(100 * time.Microsecond)
	}
	if o := <-joined; o.Err != nil || !bytes.Equal(got.Bytes(), data) {
		t.Errorf("%+v, %d of %d bytes", o, got.Len(), len(data))
	}
	_ = client.Close()
}
