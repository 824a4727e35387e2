package modes

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"fid/netio"
)

// Probe connects to each address and closes: it tells which ports are open.
type Probe struct {
	Addresses []netio.Address
	Interval  time.Duration // the pause between two addresses
	Random    bool          // in random order
	AnyOpen   bool          // one open port is success, as nc has it
	Wait      time.Duration // for each address; see Connect.Wait
}

// Run returns nil when all ports are open, else the error of the first that is not.
func (p Probe) Run(ctx context.Context, o Options) error {
	if p.Random {
		rand.Shuffle(len(p.Addresses), func(i, j int) {
			p.Addresses[i], p.Addresses[j] = p.Addresses[j], p.Addresses[i]
		})
	}
	var first error
	shut := 0
	for i, addr := range p.Addresses {
		if i > 0 && !pause(ctx, p.Interval) {
			return context.Cause(ctx)
		}
		err := p.one(ctx, addr, o)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err != nil {
			shut++
			if first == nil {
				first = err
			}
			if len(p.Addresses) > 1 {
				o.Log(Event{Name: Shut, Addr: addr.Text, Err: err})
			}
		}
	}
	if shut == 0 || p.AnyOpen && shut < len(p.Addresses) {
		return nil
	}
	if len(p.Addresses) > 1 {
		what := fmt.Sprintf("%d of %d ports are not open", shut, len(p.Addresses))
		return &netio.Error{Kind: netio.KindOf(first), What: what, Err: first}
	}
	return first
}

func (p Probe) one(ctx context.Context, addr netio.Address, o Options) error {
	dialer, err := addr.Knocker(o.Net)
	if err != nil {
		return err
	}
	begin := time.Now()
	quiet := func(e Event) {
		if e.Name == Secured { // that it is connected is said as open
			o.Log(e)
		}
	}
	end, err := dial(ctx, dialer, addr, p.Wait, quiet)
	if err != nil {
		return err
	}
	o.Log(Event{Name: Open, Addr: addr.Text, Peer: end.Peer, Local: end.Local, Through: end.Through, Seconds: time.Since(begin).Seconds(), Timings: end.Timings})
	end.CloseInOrder()
	return nil
}

// pause waits for d and reports whether ctx let it.
func pause(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}
