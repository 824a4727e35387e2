package netio

import (
	"context"
	"runtime"
	"sync/atomic"
)

// loops are all of an Engine's.
type loops struct {
	all     []*loop
	turn    atomic.Uint32
	stop    func() bool // calls off the watch of the context
	ballast []byte
}

const (
	maxLoops = 4 // each takes two descriptors of those that a server spares

	// The ballast is never touched and so takes no memory, but the collector counts it as
	// used. It runs when there is as much garbage, then, not for every 4 MiB: sessions are
	// small, and each run stops the loops.
	ballast = 8 << 20
)

// ReserveLoops returns how many event loops suit this machine for sessions that join so
// many sockets and nothing else: one for each core, or for every two where a session is
// one socket, since its peers and the kernel work on as many; 0 where there are none. It
// is for one Engine: Go runs as many goroutines at once besides, for a loop that waits
// for a moment keeps the scheduler's place (GOMAXPROCS).
func ReserveLoops(sockets int) int {
	if sockets == 0 {
		return 0
	}
	cores := runtime.GOMAXPROCS(0)
	n := min(max(1, cores*sockets/2), maxLoops)
	runtime.GOMAXPROCS(cores + n)
	return n
}

// startLoops returns nil where the system refuses them (EMFILE): sessions are
// goroutines' then.
func startLoops(ctx context.Context, n int) *loops {
	ls := &loops{ballast: make([]byte, ballast)}
	for range n {
		l, err := newLoop()
		if err != nil {
			ls.close()
			return nil
		}
		ls.all = append(ls.all, l)
		go l.run()
	}
	ls.stop = context.AfterFunc(ctx, func() {
		for _, l := range ls.all {
			l.post(func() { l.interrupt(context.Cause(ctx)) })
		}
	})
	return ls
}

// of returns the loop that the client was given to, or else one whose turn it is.
func (ls *loops) of(near *End) *loop {
	if raw, ok := near.Stream.(*rawConn); ok && raw.loop != nil {
		return raw.loop
	}
	return ls.all[int(ls.turn.Add(1))%len(ls.all)]
}

// lightest returns the loop with the fewest clients, and l where none has fewer but by
// one. epoll(7) wakes for a client whichever loop has waited first, which is the same one
// for most of them.
func (ls *loops) lightest(l *loop) *loop {
	for _, other := range ls.all {
		if other.clients.Load()+1 < l.clients.Load() {
			l = other
		}
	}
	return l
}

func (ls *loops) close() {
	if ls.stop != nil {
		ls.stop()
	}
	for _, l := range ls.all {
		l.post(func() { l.closed = true })
	}
}
