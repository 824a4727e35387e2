package netio

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"runtime"
	"sync"
	"testing"
	"time"
)

// A crowd is clients that talk through a Broker, each over a socket of its own.
type crowd struct {
	t      *testing.T
	broker *Broker
	ctx    context.Context
	far    *End // of the last client's session
}

func newCrowd(t *testing.T, chat bool) *crowd {
	before := runtime.NumGoroutine()
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(func() { cancel(); noGoroutinesLeft(t, before) })
	return &crowd{t: t, broker: NewBroker(chat), ctx: ctx}
}

// client is one more of them, and what comes of its session.
func (c *crowd) client() (*End, <-chan Outcome) {
	c.t.Helper()
	client, far := pair(c.t, rows()[0])
	c.t.Cleanup(func() { _ = client.Close() })
	c.far = far
	near, err := c.broker.For(far).Dial(c.ctx)
	if err != nil {
		c.t.Fatal(err)
	}
	done := make(chan Outcome, 1)
	go func() { done <- Pump{Rules: Rules{MaxRead: 64 << 10}}.Join(c.ctx, near, far) }()
	return client, done
}

// sleeper is a client that reads nothing, and whose kernels keep little.
func (c *crowd) sleeper() (*End, <-chan Outcome) {
	client, done := c.client()
	_ = client.Sock.conn.(*net.TCPConn).SetReadBuffer(4 << 10)
	return client, done
}

// awaitFull waits until something waits for a member without room.
func (c *crowd) awaitFull() {
	h := c.broker.hub
	for begin := time.Now(); ; runtime.Gosched() {
		h.mu.Lock()
		full := false
		for _, m := range h.members {
			full = full || m.queued > maxQueued-(64<<10)
		}
		h.mu.Unlock()
		if full {
			return
		}
		if time.Since(begin) > patience {
			c.t.Fatal("nobody's queue is full")
		}
	}
}

func say(t *testing.T, client *End, text []byte) {
	if _, err := client.Write(text); err != nil {
		t.Error(err)
	}
}

func hear(t *testing.T, client *End, want []byte) {
	t.Helper()
	got := make([]byte, len(want))
	if n, err := io.ReadFull(client, got); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%d of %d bytes came, %v; or they differ", n, len(want), err)
	}
}

func TestWhoDoesNotReadIsDroppedAndTheOthersGetAll(t *testing.T) {
	c := newCrowd(t, false)
	sleeper, dropped := c.sleeper()
	reader, _ := c.client()
	speaker, _ := c.client()
	data := noise(8 << 20)
	go say(t, speaker, data)
	hear(t, reader, data)
	o := <-dropped
	if KindOf(o.Err) != KindReset || !errors.Is(o.Err, ErrDropped) {
		t.Errorf("%+v", o)
	}
	if _, err := io.ReadAll(sleeper); err == nil {
		t.Error("the client that was dropped reads an end in order")
	}
}

func TestASingleListenerSetsThePaceHoweverSlow(t *testing.T) {
	c := newCrowd(t, false)
	c.broker.hub.patience = 0
	slow, _ := c.client()
	speaker, _ := c.client()
	data := noise(16 << 20)
	go say(t, speaker, data)
	c.awaitFull()
	hear(t, slow, data)
}

func TestWhoHoldsASpeakerUpIsDroppedWhenAnotherComes(t *testing.T) {
	h := newHub()
	h.patience = 0
	full, _ := h.join(&End{}, "")
	h.tell(full, make([]byte, maxQueued))
	speaker, _ := h.join(&End{}, "")
	given := make(chan error)
	go func() { given <- h.give(speaker, []byte("said")) }()
	another, _ := h.join(&End{}, "")
	if err := <-full.lost; !errors.Is(err, ErrDropped) {
		t.Error(err)
	}
	if err := <-given; err != nil || another.end != nil {
		t.Error(err)
	}
}

func TestAMembersEndLeavesWhatWasSaidToBeHeard(t *testing.T) {
	c := newCrowd(t, false)
	listener, ended := c.client()
	_ = c.far.Sock.conn.(*net.TCPConn).SetWriteBuffer(4 << 10)
	speaker, spoken := c.client()
	data := noise(900 << 10) // most of it waits in the queue
	say(t, speaker, data)
	_ = speaker.CloseWrite()
	<-spoken
	_ = listener.CloseWrite()
	got, err := io.ReadAll(listener)
	if err != nil || !bytes.Equal(got, data) {
		t.Errorf("%d of %d bytes came, %v", len(got), len(data), err)
	}
	if o := <-ended; o.Err != nil || o.First != "far" || o.Sent != int64(len(data)) {
		t.Errorf("%+v", o)
	}
}

func TestWhatNobodyTookGoesToWhoComesNext(t *testing.T) {
	h := newHub()
	full, _ := h.join(&End{}, "")
	h.tell(full, make([]byte, maxQueued))
	given := make(chan error)
	go func() { given <- h.give(nil, []byte("typed")) }() // waits for room, or for who comes
	_ = full.Close()
	next, _ := h.join(&End{}, "")
	if err := <-given; err != nil {
		t.Error(err)
	}
	if p := make([]byte, 10); !next.isIdle() {
		if n, err := next.Read(p); string(p[:n]) != "typed" || err != nil {
			t.Errorf("%q, %v", p[:n], err)
		}
	} else {
		t.Error("nothing came")
	}
}

func TestMembersComeAndGoAtRandom(t *testing.T) {
	for _, chat := range []bool{false, true} {
		c := newCrowd(t, chat)
		stays, _ := c.client()
		heard := make(chan int64)
		go func() {
			n, _ := io.Copy(io.Discard, stays)
			heard <- n
		}()
		var clients sync.WaitGroup
		for range 50 {
			client, ended := c.client()
			clients.Go(func() {
				go func() { _, _ = io.Copy(io.Discard, client) }()
				for range rand.IntN(20) {
					if _, err := client.Write(append(noise(rand.IntN(8<<10)), '\n')); err != nil {
						t.Error(err)
					}
				}
				wantsReset := rand.IntN(3) == 0
				if wantsReset {
					_ = client.Close()
				} else {
					_ = client.CloseWrite()
				}
				if o := <-ended; o.Err != nil && !wantsReset {
					t.Error(o.Err)
				}
			})
		}
		clients.Wait()
		_ = stays.CloseWrite()
		if <-heard == 0 {
			t.Error("who stayed heard nothing")
		}
	}
}

func TestNoticesDropWhoHasTwiceAsMuchWaiting(t *testing.T) {
	h := newHub()
	m, _ := h.join(&End{Name: "9000"}, "")
	notice := make([]byte, 1<<10)
	for len(h.others(nil)) == 1 {
		h.announce(nil, notice)
	}
	err := <-m.lost
	if !errors.Is(err, ErrDropped) || err.Error() != "9000: dropped: it does not read what is sent (2.0 MB waiting)" {
		t.Error(err)
	}
}

func TestAMemberMaySlowTheOthersDownToHalfTheirPace(t *testing.T) {
	var u holdUp
	now := time.Unix(1000, 0)
	for range 100 { // half of the time
		if until := u.until(now, time.Second); !until.After(now.Add(500 * time.Millisecond)) {
			t.Fatal("dropped")
		}
		now = now.Add(500 * time.Millisecond)
		u.over(now)
		now = now.Add(500 * time.Millisecond)
	}
	for range 10 { // most of it
		u.until(now, time.Second)
		now = now.Add(500 * time.Millisecond)
		u.over(now)
		now = now.Add(100 * time.Millisecond)
	}
	if until := u.until(now, time.Second); until.After(now) {
		t.Error("not dropped")
	}
}
