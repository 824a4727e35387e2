package netio

import (
	"bytes"
	"context"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// A hose is a Stream that gives and takes without end, and counts.
type hose struct{ read, written int }

func (h *hose) Read(p []byte) (int, error)  { h.read += len(p); return len(p), nil }
func (h *hose) Write(p []byte) (int, error) { h.written += len(p); return len(p), nil }
func (h *hose) CloseWrite() error           { return nil }
func (h *hose) Close() error                { return nil }

// took returns how long it takes to move n bytes by f, at most most at once.
func took(n int64, most int, f func([]byte) (int, error)) time.Duration {
	begin := time.Now()
	for buf := make([]byte, most); n > 0; {
		m, _ := f(buf[:min(n, int64(most))])
		n -= int64(m)
	}
	return time.Since(begin)
}

func TestALimitIsKeptWithinThreePerCentOverTenSeconds(t *testing.T) {
	for _, perSecond := range []int{100, 999, 64 << 10, 10e6, 1e9} {
		for _, most := range []int{1, 1400, 1 << 20} {
			if perSecond/most > 1e4 {
				continue // takes the test too long
			}
			synctest.Test(t, func(t *testing.T) {
				h := &hose{}
				s := Limited(int64(perSecond))(&End{Stream: h})
				read := make(chan time.Duration)
				go func() { read <- took(10*int64(perSecond), most, s.Read) }()
				ways := map[string]time.Duration{"written": took(10*int64(perSecond), most, s.Write), "read": <-read}
				for way, d := range ways {
					if d < 9700*time.Millisecond || d > 10300*time.Millisecond {
						t.Errorf("%d bytes a second, %d at once, %s: ten seconds' worth took %v", perSecond, most, way, d)
					}
				}
			})
		}
	}
}

func TestTheSmallestAndALargeLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := Limited(1)(&End{Stream: &hose{}})
		if d := took(4, 4, s.Write); d != 3*time.Second {
			t.Errorf("four bytes at one a second were written in %v", d)
		}
		if d := took(4, 4, s.Read); d != 3*time.Second {
			t.Errorf("four bytes at one a second were read in %v", d)
		}
		s = Limited(10e9)(&End{Stream: &hose{}})
		if d := took(1e9, 1<<20, s.Write); d < 70*time.Millisecond || d > 110*time.Millisecond {
			t.Errorf("a gigabyte at ten a second took %v", d)
		}
	})
}

// A twentieth of a second's worth may pass at once, not all.
func TestAShortTransferIsLimitedToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := Limited(1000)(&End{Stream: &hose{}})
		if d := took(100, 100, s.Write); d < 70*time.Millisecond {
			t.Errorf("a tenth of a second's worth took %v", d)
		}
		time.Sleep(time.Hour)
		if d := took(100, 100, s.Write); d < 70*time.Millisecond {
			t.Errorf("after a pause it took %v", d)
		}
	})
}

func TestADatagramPassesALimitWhole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := &tape{gives: [][]byte{noise(1400), noise(1400)}}
		end := &End{Stream: out, Datagram: maxUDP}
		s := Limited(1000)(end)
		begin := time.Now()
		for range 2 {
			if n, err := s.Write(end.piece(noise(1400))); n != 1400 || err != nil {
				t.Fatal(n, err)
			}
			if n, err := s.Read(make([]byte, udpBuffer)); n != 1400 || err != nil {
				t.Fatal(n, err)
			}
		}
		if d := time.Since(begin); len(out.writes) != 2 || d < 2700*time.Millisecond || d > 2800*time.Millisecond {
			t.Errorf("%d datagrams in %v", len(out.writes), d)
		}
		if n, err := s.Write(nil); n != 0 || err != nil || len(out.writes) != 3 {
			t.Errorf("an empty one: %d, %v, %d written", n, err, len(out.writes))
		}
	})
}

func TestTheWaitOfALimitIsCalledOff(t *testing.T) {
	for name, x := range map[string]struct {
		callOff    func(*End, Stream)
		read, gave error
	}{
		"by Close":     {func(_ *End, s Stream) { _ = s.Close() }, errStopped, errStopped},
		"for a reset":  {func(e *End, _ Stream) { e.stopWriting() }, nil, errStopped},
		"both, lately": {func(e *End, _ Stream) { e.stopWriting(); e.stopReading() }, nil, errStopped},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				end := &End{Stream: &hose{}}
				s := Limited(1)(end)
				read, wrote := make(chan error, 1), make(chan error, 1)
				go func() {
					_, _ = s.Read(make([]byte, 2))
					_, err := s.Read(make([]byte, 2))
					read <- err
				}()
				go func() {
					_, err := s.Write(make([]byte, 2))
					wrote <- err
				}()
				synctest.Wait()
				begin := time.Now()
				x.callOff(end, s)
				if r, w := <-read, <-wrote; r != x.read || w != x.gave || time.Since(begin) != 0 {
					t.Errorf("Read %v, Write %v after %v", r, w, time.Since(begin))
				}
			})
		})
	}
}

// What the limit holds back is nobody's silence.
func TestALimitedSessionIsNotIdleWhileItWaits(t *testing.T) {
	far, peer := pair(t, rows()[0])
	far.Stream = Limited(20)(far)
	n := &near{in: strings.NewReader(strings.Repeat("x", 10)), stopped: make(chan struct{})}
	go func() {
		_, _ = peer.Write(noise(10))
		_ = peer.CloseWrite()
		_, _ = io.ReadAll(peer)
		peer.CloseInOrder()
	}()
	// 20 bytes a second are one every 50 ms.
	o := Pump{Rules: Rules{Idle: 10 * time.Millisecond, IdleFlag: "--idle-timeout"}}.Join(t.Context(), &End{Stream: n, Name: "near"}, far)
	if o.Err != nil || o.Sent != 10 || o.Received != 10 {
		t.Errorf("%+v", o)
	}
}

func TestALimitedSessionThatIsIdleEnds(t *testing.T) {
	far, peer := pair(t, rows()[0])
	far.Stream = Limited(1000)(far)
	idleSession := &near{stopped: make(chan struct{})}
	go func() { _, _ = peer.Write(noise(100)) }()
	o := Pump{Rules: Rules{Idle: 50 * time.Millisecond, IdleFlag: "--idle-timeout"}}.Join(t.Context(), &End{Stream: idleSession, Name: "near"}, far)
	if KindOf(o.Err) != KindTimeout || o.Received != 100 {
		t.Errorf("%+v", o)
	}
	_ = peer.Close()
}

// What had come before a reset would take an hour at the limit.
func TestAResetEndsALimitedSession(t *testing.T) {
	before := runtime.NumGoroutine()
	far, peer := pair(t, rows()[0])
	far.Stream = Limited(1)(far)
	n := &near{in: bytes.NewReader(noise(3600)), stopped: make(chan struct{})}
	go func() {
		_, _ = io.ReadFull(peer, make([]byte, 1))
		_, _ = peer.Write(noise(3600))
		_ = peer.Close() // its linger is still 0
	}()
	o := Pump{}.Join(t.Context(), &End{Stream: n, Name: "near"}, far)
	if KindOf(o.Err) != KindReset || o.Duration > patience {
		t.Errorf("%+v", o)
	}
	noGoroutinesLeft(t, before)
}

func TestALimitedSessionIsCalledOff(t *testing.T) {
	before := runtime.NumGoroutine()
	far, peer := pair(t, rows()[0])
	far.Stream = Limited(1)(far)
	n := &near{in: bytes.NewReader(noise(3600)), stopped: make(chan struct{})}
	ctx, cancel := context.WithCancelCause(t.Context())
	cause := errors.New("called off")
	go func() {
		_, _ = peer.Write(noise(3600))
		_, _ = io.ReadFull(peer, make([]byte, 2))
		cancel(cause)
	}()
	if o := (Pump{}).Join(ctx, &End{Stream: n, Name: "near"}, far); o.Err != cause || o.Sent > 10 {
		t.Errorf("%+v", o)
	}
	_, _ = io.ReadAll(peer)
	_ = peer.Close()
	noGoroutinesLeft(t, before)
}

// The pause between lines and the limit hold together.
func TestLinesArePacedUnderALimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := &tape{}
		end := &End{Stream: out}
		end.Stream = Limited(10)(end)
		end.Stream = Paced(2 * time.Second)(end)
		begin := time.Now()
		for p := []byte("eleven char\nno more\n"); len(p) > 0; {
			n, err := end.Write(end.piece(p))
			if err != nil {
				t.Fatal(err)
			}
			p = p[n:]
		}
		// 11 waits for 12 bytes, then 2 s, then 8 bytes, of which the first finds a token.
		if d := time.Since(begin); d < 3700*time.Millisecond || d > 3900*time.Millisecond {
			t.Errorf("took %v", d)
		}
		if string(out.written) != "eleven char\nno more\n" {
			t.Errorf("%q", out.written)
		}
	})
}

// Who is held up by the limit is not taken for one who does not read: all wait.
func TestALimitedMemberIsNotDropped(t *testing.T) {
	c := newCrowd(t, false)
	c.broker.hub.patience = 200 * time.Millisecond
	limited, far := pair(t, rows()[0])
	t.Cleanup(func() { _ = limited.Close() })
	far.Stream = Limited(3e6)(far)
	near, err := c.broker.For(far).Dial(c.ctx)
	if err != nil {
		t.Fatal(err)
	}
	go Pump{Rules: Rules{MaxRead: 64 << 10}}.Join(c.ctx, near, far)
	reader, _ := c.client()
	speaker, _ := c.client()
	data := noise(3 << 20)
	go say(t, speaker, data)
	go hear(t, reader, data)
	hear(t, limited, data)
}

// A layer that sends no more bytes than it is given makes no datagram smaller.
func TestALimitOrADigestLeavesDatagramsAsLarge(t *testing.T) {
	end := &End{Sock: &Socket{}, Datagram: maxUDP}
	for _, x := range []struct {
		layer Layer
		want  int
	}{{Limited(1000), maxUDP}, {Digested("md5"), maxUDP}, {CRLF, maxUDP / 2}, {Telnet, maxUDP / 2}} {
		e := *end
		e.Stream = x.layer(&e)
		if got := (&direction{src: &End{}, dst: &e}).pieceSize(); got != x.want {
			t.Errorf("a stream is cut to %d, want %d", got, x.want)
		}
	}
}
