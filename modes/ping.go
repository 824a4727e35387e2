package modes

import (
	"context"
	"fmt"
	"slices"
	"time"

	"fid/netio"
)

// Ping connects again and again, and measures how long that takes.
type Ping struct {
	Address  netio.Address
	Count    int           // connects, at least 1
	Interval time.Duration // from one to the next
	Wait     time.Duration // for the first connection, which is not measured; see Connect.Wait
}

// Run returns nil when every connect succeeded, else an error of the first one's kind. The
// host is looked up before, once.
func (p Ping) Run(ctx context.Context, o Options) error {
	if err := refuseFile(p.Address); err != nil {
		return err
	}
	o.Net.Names = &netio.Names{Again: p.Wait > 0}
	dialer, err := p.dialer(o.Net)
	if err != nil {
		return err
	}
	if p.Wait > 0 {
		end, err := dial(ctx, dialer, p.Address, p.Wait, func(Event) {})
		if err != nil {
			return err
		}
		end.CloseInOrder()
	} else if err := p.Address.LookUp(ctx, o.Net); err != nil {
		return err
	}
	var probes Probes
	first := p.connects(ctx, dialer, o.Log, &probes)
	slices.Sort(probes.Trips)
	o.Log(Event{Name: Pings, Addr: p.Address.Text, Probes: &probes})
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case first == nil || p.Count == 1:
		return first
	}
	return &netio.Error{Kind: netio.KindOf(first), Addr: p.Address.Text, Err: first,
		What: fmt.Sprintf("%d of %d connects failed", probes.Sent-probes.Back, probes.Sent)}
}

// dialer returns what connects, with the handshake where there is TLS: its server's
// verdict on our certificate is not waited for.
func (p Ping) dialer(o netio.Options) (netio.Dialer, error) {
	if p.Address.Scheme == "tls" {
		return p.Address.Dialer(o)
	}
	return p.Address.Knocker(o)
}

// connects does all connects, one after the other, and returns how the first one failed
// that did.
func (p Ping) connects(ctx context.Context, dialer netio.Dialer, log Log, probes *Probes) (first error) {
	secured := log.securedOnly() // of the first connection
	for seq := 1; seq <= p.Count; seq++ {
		begin := time.Now()
		end, err := dial(ctx, dialer, p.Address, 0, secured)
		took := time.Since(begin)
		if err != nil && ctx.Err() != nil {
			return first
		}
		secured = func(Event) {}
		probes.Sent++
		e := Event{Name: Pinged, Addr: p.Address.Text, Seq: seq, Err: err}
		if err == nil {
			probes.Back++
			probes.Trips = append(probes.Trips, took)
			e.Peer, e.Local, e.Through, e.Seconds = end.Peer, end.Local, end.Through, took.Seconds()
		} else if first == nil {
			first = err
		}
		log(e)
		if err == nil {
			end.CloseInOrder()
		}
		if seq < p.Count && !pause(ctx, p.Interval-time.Since(begin)) {
			return first
		}
	}
	return first
}
