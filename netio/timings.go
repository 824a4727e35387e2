package netio

import (
	"net/netip"
	"time"
)

// Timings tell how long it took to open an End (Options.Timed). A duration of 0 is a step
// that there was none of.
type Timings struct {
	Begun    time.Time     // when the dial began; of an accepted end its handshake
	Resolve  time.Duration // the look-up of a name
	Connect  time.Duration // from the first attempt until one of them was connected
	Proxy    time.Duration // what proxies were asked and have answered, their own TLS in it
	TLS      time.Duration // the handshake, and the STARTTLS dialogue before it
	Attempts []Attempt     // the addresses that were dialled, in their order
}

// An Attempt is what came of dialling one address.
type Attempt struct {
	Addr      string        // numeric, with the port
	After     time.Duration // from the first attempt to this one
	Took      time.Duration // until there was an answer, or none was waited for any more
	Connected bool          // it won
	Err       error         // an *Error without an endpoint; nil also where another address was connected before this one answered
}

// timings are those of a TCP connection.
func (d *tcpDialer) timings(begun time.Time, resolve time.Duration, attempts []attempt) *Timings {
	return &Timings{Begun: begun, Resolve: d.lookUp(resolve), Connect: time.Since(attempts[0].begun), Attempts: d.told(attempts)}
}

// lookUp is how long that took: an address in numbers needs none.
func (d *tcpDialer) lookUp(took time.Duration) time.Duration {
	if _, err := netip.ParseAddr(d.addr.Host); err == nil {
		return 0
	}
	return took
}

// told are the attempts for those who asked for them; else nil.
func (d *tcpDialer) told(attempts []attempt) []Attempt {
	if !d.opts.Timed {
		return nil
	}
	list := make([]Attempt, 0, len(attempts))
	for _, a := range attempts {
		if !a.tried {
			continue
		}
		one := Attempt{Addr: a.addr.String(), After: a.begun.Sub(attempts[0].begun), Took: a.took, Connected: a.conn != nil}
		switch {
		case a.err != nil:
			kind, what := d.describe(a.err)
			one.Err = &Error{Kind: kind, What: what, Err: a.err}
		case !one.Connected:
			one.Took = time.Since(a.begun)
		}
		list = append(list, one)
	}
	return list
}

// timed gives the End of a single attempt that has just succeeded its timings, where they
// were asked for.
func (d *tcpDialer) timed(end *End, a attempt) *End {
	if d.opts.Timed {
		took := time.Since(a.begun)
		end.Timings = &Timings{Begun: a.begun, Connect: took,
			Attempts: []Attempt{{Addr: a.addr.String(), Took: took, Connected: true}}}
	}
	return end
}
