package netio

import (
	"context"
	"time"
)

// goroutines are the carrier that works on every system and with every stream:
// one goroutine a direction or a wait, which reports to the session's own.
type goroutines struct {
	session
	events  chan event
	largest int // bytes of one Read and Write
	timer   *time.Timer
}

// maxEvents is more than a session can have, so that no reporter ever waits.
const maxEvents = 16

func (g *goroutines) run(ctx context.Context) error {
	g.start()
	if w, ok := g.near.Stream.(interface{ awaitReaderGone() error }); ok && g.near != g.far {
		go g.report(readerGone, g.near, w.awaitReaderGone)
	}
	if w, ok := g.near.Stream.(interface{ awaitEscape() error }); ok {
		go g.report(userLeft, g.near, w.awaitEscape)
	}
	over, err := g.settle(nil)
	for !over {
		select {
		case e := <-g.events:
			err = g.handle(e)
		case now := <-g.nextClock():
			err = g.clocks.check(&g.session, now)
		case <-ctx.Done():
			err = g.interrupted(context.Cause(ctx))
		case err = <-g.near.lost:
		}
		over, err = g.settle(err)
	}
	return err
}

// nextClock returns a channel that gives the time when a clock must be looked at.
func (g *goroutines) nextClock() <-chan time.Time {
	at := g.clocks.next(&g.session)
	switch {
	case at.IsZero():
		return nil
	case g.timer == nil:
		g.timer = time.NewTimer(time.Until(at))
	default:
		g.timer.Reset(time.Until(at))
	}
	return g.timer.C
}

// report waits for one thing and tells it; a wait that was called off is not told.
func (g *goroutines) report(what eventKind, end *End, wait func() error) {
	if wait() == nil {
		g.events <- event{what: what, end: end}
	}
}

func (g *goroutines) move(d *direction) {
	go func() { g.events <- event{what: directionEnded, dir: d, fail: d.move(&g.flow, g.largest)} }()
}

func (g *goroutines) stopReading(e *End) { e.stopReading() }

func (g *goroutines) awaitGone(e *End) { go g.report(peerGone, e, e.Sock.awaitGone) }

// look asks at once: Go's sockets bear it that another goroutine closes them.
func (g *goroutines) look(told func(Status)) { told(g.inspect()) }

func (g *goroutines) throwAway(e *End) {
	_ = e.Sock.conn.SetReadDeadline(time.Time{}) // which called the direction off
	go func() { _ = e.throwAway() }()
}

func (g *goroutines) drain(e *End) {
	e.stopReading() // ends an awaitGone, which would keep the drain from reading
	go func() { g.events <- event{what: drained, end: e, fail: failure{e, e.drain()}} }()
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}
