package netio

import (
	"context"
	"sync"
)

// An Engine carries the sessions of a serving mode. A session between plain
// sockets goes to the system's event loops where there are any (loop_linux.go):
// while it is idle it has no goroutine, no buffer, and no descriptor besides its
// sockets. Every other session is a Pump's, on goroutines of its own.
type Engine struct {
	ctx      context.Context
	pump     Pump   // of goroutines
	looped   Pump   // of loops
	loops    *loops // nil where there are none
	sessions sync.WaitGroup
}

// NewEngine returns an Engine whose sessions p describes, with so many event loops
// (ReserveLoops); 0 is for sessions of other than sockets. When ctx ends they are reset,
// and its cause is their Outcome's error.
func NewEngine(ctx context.Context, p Pump, loops int) *Engine {
	e := &Engine{ctx: ctx, pump: p, looped: p}
	e.looped.Rules.Watch = 0 // a loop learns of a reset from epoll(7), and need not ask for it
	if loops > 0 {
		e.loops = startLoops(ctx, loops)
	}
	return e
}

// Handshake does what an accepted end owes before its session can begin, as TLS
// does, and tells then what came of it: at once where it owes nothing. An end whose
// handshake fails is closed.
func (e *Engine) Handshake(end *End, then func(error)) {
	if end.handshake == nil {
		then(nil)
		return
	}
	e.sessions.Add(1)
	go func() {
		err := end.handshake(e.ctx)
		if err != nil {
			_ = end.Close()
		}
		then(err)
		e.sessions.Done()
	}()
}

// Dial opens the other end for near, and hands it, or what came of it, to then. It
// does not wait, nor may then.
func (e *Engine) Dial(d Dialer, near *End, then func(*End, error)) {
	e.sessions.Add(1)
	after := func(end *End, err error) {
		then(end, err)
		e.sessions.Done()
	}
	if tcp, ok := d.(*tcpDialer); ok && e.loops != nil && tcp.dialRaw(e.loops.of(near), near, after) {
		return
	}
	go func() { after(d.Dial(WithPeer(e.ctx, near))) }()
}

// Join is Pump.Join, but does not wait: done is given the Outcome, and may not
// wait either.
func (e *Engine) Join(near, far *End, done func(Outcome)) {
	e.sessions.Add(1)
	after := func(o Outcome) {
		done(o)
		e.sessions.Done()
	}
	if e.loops != nil && near.isPlain() && far.isPlain() && near.toLoop() && far.toLoop() {
		e.loops.of(near).carry(&e.looped, near, far, after)
		return
	}
	go func() {
		err := near.toPoller()
		if err == nil {
			err = far.toPoller()
		}
		if err != nil {
			_, _ = near.Close(), far.Close() // with a reset
			after(Outcome{Err: &Error{Kind: KindOther, Addr: far.Name, What: Reason(err), Err: err}})
			return
		}
		after(e.pump.run(e.ctx, near, far))
	}()
}

// Loop is Pump.Loop, but does not wait; see Join.
func (e *Engine) Loop(end *End, done func(Outcome)) { e.Join(end, end, done) }

// Close waits for all sessions to end. Nothing may be asked of e afterwards.
func (e *Engine) Close() {
	e.sessions.Wait()
	if e.loops != nil {
		e.loops.close()
	}
}

// isPlain reports whether e is a stream of bytes, and the socket itself: no layer looks on.
func (e *End) isPlain() bool {
	return e.Sock != nil && e.Datagram == 0 && e.Stream == Stream(e.Sock.conn)
}
