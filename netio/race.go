package netio

import (
	"context"
	"net"
	"net/netip"
	"time"
)

// attemptDelay is the Connection Attempt Delay of RFC 8305, section 5.
const attemptDelay = 250 * time.Millisecond

// An attempt is what came of dialling one address.
type attempt struct {
	index int
	addr  netip.AddrPort
	conn  net.Conn
	err   error // nil also where the race ended before this address was tried
	tried bool
	begun time.Time
	took  time.Duration // until there was an answer; 0 where there was none yet
}

// race dials the addresses in their order, the next one when the one before has
// failed or has not answered for attemptDelay (Happy Eyeballs, RFC 8305), and
// returns the first connection. Without one it returns what came of each:
// net.Dialer would name one address only, and would try those of a family in
// turn, so that two black holes hide an open address for seconds.
func race(ctx context.Context, addrs []netip.AddrPort, dial func(context.Context, netip.AddrPort) (net.Conn, error)) (net.Conn, []attempt) {
	if len(addrs) == 1 { // nobody to race with: no goroutine, no clock
		a := attempt{addr: addrs[0], tried: true, begun: time.Now()}
		a.dial(ctx, dial)
		return a.conn, []attempt{a}
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	attempts := make([]attempt, len(addrs))
	results := make(chan attempt, len(addrs))
	next, running := 0, 0
	start := func() {
		a := attempt{index: next, addr: addrs[next], tried: true, begun: time.Now()}
		attempts[next] = a
		go func() {
			a.dial(ctx, dial)
			results <- a
		}()
		next++
		running++
	}
	stagger := time.NewTimer(0)
	defer stagger.Stop()
	for running > 0 || next < len(addrs) {
		select {
		case <-stagger.C:
			if next < len(addrs) {
				start()
				stagger.Reset(attemptDelay)
			}
		case a := <-results:
			running--
			attempts[a.index] = a
			if a.err == nil {
				go closeLosers(results, running)
				return a.conn, attempts
			}
			if ctx.Err() != nil {
				next = len(addrs)
			}
			stagger.Reset(0)
		}
	}
	return nil, attempts
}

func (a *attempt) dial(ctx context.Context, dial func(context.Context, netip.AddrPort) (net.Conn, error)) {
	a.conn, a.err = dial(ctx, a.addr)
	a.took = time.Since(a.begun)
}

// closeLosers closes in order what still connects after the race is won: the
// server need not see a reset for it.
func closeLosers(results <-chan attempt, running int) {
	for range running {
		if a := <-results; a.err == nil {
			socketEnd(a.conn, "").Sock.Settle()
			_ = a.conn.Close()
		}
	}
}

// interleave orders addresses by turns of family, beginning with the first
// one's (RFC 8305, section 4).
func interleave(addrs []netip.Addr) []netip.Addr {
	if len(addrs) == 0 {
		return nil
	}
	var first, second []netip.Addr
	for _, a := range addrs {
		if a.Is4() == addrs[0].Is4() {
			first = append(first, a)
		} else {
			second = append(second, a)
		}
	}
	mixed := make([]netip.Addr, 0, len(addrs))
	for i := range max(len(first), len(second)) {
		if i < len(first) {
			mixed = append(mixed, first[i])
		}
		if i < len(second) {
			mixed = append(mixed, second[i])
		}
	}
	return mixed
}
