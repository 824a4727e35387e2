package modes

import (
	"context"
	"syscall"
	"time"

	"fid/netio"
)

// Probe connects to each address and closes: it tells which ports are open.
type Probe struct {
	Addresses []netio.Address
	Ranged    []bool        // which of them are of a range; may be nil
	Interval  time.Duration // the pause between two addresses
	Random    bool          // in random order
	AnyOpen   bool          // one open port is success, as nc has it
	Wait      time.Duration // for all addresses together; see Connect.Wait
	Banner    bool          // open means that the server says something, too
	Step      time.Duration // how long that may take
	StepFlag  string        // the flag that set Step
	Stay      time.Duration // open means still open after so long; 0: once
}

// Run returns nil when all ports are open, else the error of the first that is not.
func (p Probe) Run(ctx context.Context, o Options) error {
	if len(p.Addresses) > 1 {
		return newScan(p, o).run(ctx)
	}
	addr := p.Addresses[0]
	found := newFinding(addr, false)
	err := p.knock(ctx, addr, o, found)
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case err != nil:
		found.State, found.Said = stateOf(err, addr, o.Net), true
		o.Log(Event{Name: Shut, Addr: addr.Text, Found: found, Err: err})
	}
	return err
}

// knock tells that the port is open, or returns why it is not.
func (p Probe) knock(ctx context.Context, addr netio.Address, o Options, found *Finding) error {
	dialer, err := p.dialer(addr, o.Net)
	if err != nil {
		return err
	}
	begin := time.Now()
	end, err := dial(ctx, dialer, addr, p.Wait, o.Log.securedOnly())
	took := time.Since(begin)
	switch {
	case err != nil && p.watches() && netio.KindOf(err) == netio.KindReset:
		return p.unkept(syscall.ECONNRESET, addr, took, true) // so soon that connect(2) has told
	case err != nil:
		return err
	}
	if p.watches() {
		if err = p.watch(ctx, end, addr, found); err != nil {
			return err
		}
	}
	o.Log(Event{Name: Open, Addr: addr.Text, Peer: end.Peer, Local: end.Local, Through: end.Through, Seconds: took.Seconds(), Timings: end.Timings, Found: found})
	end.CloseInOrder()
	return nil
}

// dialer returns what opens a connection that is good for as much as is asked of it.
func (p Probe) dialer(addr netio.Address, o netio.Options) (netio.Dialer, error) {
	if p.watches() {
		return addr.Dialer(o)
	}
	return addr.Knocker(o)
}

// watches: more is asked of a port than that it accepts a connection.
func (p Probe) watches() bool { return p.Banner || p.Stay > 0 }

// securedOnly tells what a TLS handshake came to; that there is a connection is said by
// the check, in its own words.
func (log Log) securedOnly() Log {
	return func(e Event) {
		if e.Name == Secured {
			log(e)
		}
	}
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
