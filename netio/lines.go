package netio

import (
	"bytes"
	"sync"
	"sync/atomic"
	"time"
)

// Paced returns the Layer of -i: between one line sent and the next there is a pause of
// at least interval.
func Paced(interval time.Duration) Layer {
	return func(e *End) Stream {
		l := &paced{Stream: e.Stream, interval: interval, stopped: make(chan struct{})}
		e.paces(pacing{stopWriting: l.stopWriting, piece: l.piece, paused: l.paused})
		return l
	}
}

type paced struct {
	Stream
	interval time.Duration
	inLine   bool      // a line has begun
	last     time.Time // when the last line ended; zero before the first
	stopped  chan struct{}
	once     sync.Once
	waits    atomic.Bool
	over     atomic.Pointer[time.Time] // the end of the last pause; nil before
}

// piece returns how much of p is one Write: up to the end of the line.
func (l *paced) piece(p []byte) int {
	if i := bytes.IndexByte(p, '\n'); i >= 0 {
		return i + 1
	}
	return len(p)
}

func (l *paced) Write(p []byte) (int, error) {
	if len(p) == 0 {
		return l.Stream.Write(p) // an empty datagram
	}
	sent := 0
	for sent < len(p) {
		if !l.inLine && !l.pause() {
			return sent, errStopped
		}
		line := p[sent:][:l.piece(p[sent:])]
		n, err := l.Stream.Write(line)
		sent += n
		if err != nil {
			return sent, err
		}
		if l.inLine = line[len(line)-1] != '\n'; !l.inLine {
			l.last = time.Now()
		}
	}
	return sent, nil
}

// pause waits until the next line may be sent. It reports false when that was called off.
func (l *paced) pause() bool {
	wait := time.Until(l.last.Add(l.interval))
	if l.last.IsZero() || wait <= 0 {
		return true
	}
	l.waits.Store(true)
	defer func() {
		now := time.Now()
		l.over.Store(&now)
		l.waits.Store(false)
	}()
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-l.stopped:
		return false
	}
}

// paused returns when a pause ended last: now while one goes on, zero before the first.
func (l *paced) paused() time.Time {
	if l.waits.Load() {
		return time.Now()
	}
	if over := l.over.Load(); over != nil {
		return *over
	}
	return time.Time{}
}

// stopWriting calls off a Write that waits, and those to come.
func (l *paced) stopWriting() { l.once.Do(func() { close(l.stopped) }) }

func (l *paced) Close() error {
	l.stopWriting()
	return l.Stream.Close()
}
