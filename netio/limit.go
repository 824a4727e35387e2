package netio

import (
	"context"
	"errors"
	"math"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"
)

// Limited returns the Layer of --limit: each way of each session passes at most perSecond
// bytes a second, which is at least 1, by a token bucket of its own. Who sends faster is
// made to wait, as by a slow line. A datagram passes whole, and the next one waits for it.
func Limited(perSecond int64) Layer {
	return func(e *End) Stream {
		l := &limited{Stream: e.Stream, sock: e.Sock, isWhole: e.Datagram > 0, in: newBucket(perSecond), out: newBucket(perSecond)}
		e.paces(pacing{stopReading: l.in.stop, stopWriting: l.stopWriting, piece: l.piece, waited: l.waited})
		return l
	}
}

type limited struct {
	Stream
	sock    *Socket
	isWhole bool // a Read or Write is a datagram, and is not cut
	in, out *bucket
}

// piece returns how much of p is one Write.
func (l *limited) piece(p []byte) int {
	if l.isWhole {
		return len(p)
	}
	return min(len(p), l.out.Burst())
}

func (l *limited) Write(p []byte) (int, error) {
	if len(p) == 0 {
		return l.Stream.Write(p) // an empty datagram
	}
	sent := 0
	for sent < len(p) {
		piece := p[sent:][:l.piece(p[sent:])]
		l.out.spend(len(piece))
		if err := l.out.wait(); err != nil {
			return sent, err
		}
		n, err := l.Stream.Write(piece)
		sent += n
		if err != nil {
			return sent, err
		}
	}
	return sent, nil
}

// Read waits for what the last one gave and for a first byte, so that what it gets is
// given at once.
func (l *limited) Read(p []byte) (int, error) {
	l.in.spend(1)
	if l.in.isShort() && l.sock != nil && l.sock.isBroken() {
		l.in.lift() // what had come before the reset is held back no longer
	}
	if err := l.in.wait(); err != nil {
		return 0, err
	}
	if !l.isWhole {
		p = p[:min(len(p), l.in.Burst())]
	}
	n, err := l.Stream.Read(p)
	l.in.spend(n - 1)
	return n, err
}

// stopWriting: the session is broken. What had come from here is still read, at once.
func (l *limited) stopWriting() {
	l.out.stop()
	l.in.lift()
}

// waited returns when a Read or Write waited last.
func (l *limited) waited() time.Time {
	if in := l.in.waited(); in.After(l.out.waited()) {
		return in
	}
	return l.out.waited()
}

func (l *limited) Close() error {
	l.in.stop()
	l.out.stop()
	return l.Stream.Close()
}

// A bucket has tokens for bytes, and one user. What may pass at once, after a pause, also
// makes up for a timer that fires late: small enough not to show in the mean of ten seconds.
type bucket struct {
	*rate.Limiter
	until  time.Time       // when all that was spent is there
	ctx    context.Context // ends the waits; its cause tells how
	cancel context.CancelCauseFunc
	waits  atomic.Bool
	last   atomic.Pointer[time.Time] // the end of the last wait; nil before
}

const burstTime = 25 * time.Millisecond

func newBucket(perSecond int64) *bucket {
	burst := min(max(1, perSecond/int64(time.Second/burstTime)), math.MaxInt32)
	b := &bucket{Limiter: rate.NewLimiter(rate.Limit(perSecond), int(burst))}
	b.ctx, b.cancel = context.WithCancelCause(context.Background())
	return b
}

// errLifted ends the waits of a bucket that limits no longer.
var errLifted = errors.New("no limit any more")

// stop ends the wait for tokens, and those to come, with errStopped.
func (b *bucket) stop() { b.cancel(errStopped) }

// lift ends them without an error.
func (b *bucket) lift() { b.cancel(errLifted) }

// spend takes n tokens, which may be more than there are.
func (b *bucket) spend(n int) {
	now := time.Now()
	for n > 0 {
		part := min(n, b.Burst()) // no more can be reserved at once
		b.until = now.Add(b.ReserveN(now, part).DelayFrom(now))
		n -= part
	}
}

// isShort reports whether a wait would take time.
func (b *bucket) isShort() bool { return time.Until(b.until) > 0 }

// wait returns when the tokens that were spent are there.
func (b *bucket) wait() error {
	if b.isShort() && b.ctx.Err() == nil {
		b.waits.Store(true)
		timer := time.NewTimer(time.Until(b.until))
		select {
		case <-timer.C:
		case <-b.ctx.Done():
			timer.Stop()
		}
		now := time.Now()
		b.last.Store(&now)
		b.waits.Store(false)
	}
	if err := context.Cause(b.ctx); err != errLifted {
		return err
	}
	return nil
}

// waited returns when a wait ended last: now while one goes on, zero before the first.
func (b *bucket) waited() time.Time {
	if b.waits.Load() {
		return time.Now()
	}
	if last := b.last.Load(); last != nil {
		return *last
	}
	return time.Time{}
}
