package modes

import (
	"context"

	"fid/netio"
)

// Relay joins every client to a connection of its own to Target.
type Relay struct {
	Server
	Target netio.Address
}

// Run relays until ctx ends, or with Once until the first session has ended.
func (r Relay) Run(ctx context.Context, o Options) error {
	r.perEnd = 2
	if r.Address.IsPlain() && r.Target.IsPlain() {
		r.sockets = 2
	}
	o.Rules = r.forDatagrams(o.Rules)
	if r.Target.IsEmbedded() {
		r.perEnd = 4 // its own end, and for a moment its listener
	}
	o.Rules.Watch = watchInterval
	if r.Target.Scheme == "exec" {
		r.perEnd, o.Rules.Watch = 1+netio.CommandDescriptors, commandWatch
		if !r.Once {
			netio.ReserveThreads()
		}
	}
	dialer, err := r.Target.Dialer(o.Net)
	if err != nil {
		return err
	}
	return r.serve(ctx, o, o.pump(r.Target.Text), func(client *netio.End, done func(error)) {
		client.Name = "the client"
		r.engine.Dial(dialer, client, func(far *netio.End, err error) {
			if err != nil {
				_ = client.Close() // a reset: an end in order would be an empty answer
				o.Log(Event{Name: Ended, Addr: r.Target.Text, Peer: client.Peer, Err: err})
				done(err)
				return
			}
			o.Log(Event{Name: Connected, Addr: r.Target.Text, Peer: far.Peer, Local: far.Local, Client: client.Peer, Datagrams: r.Target.IsDatagram(), Timings: far.Timings})
			o.Log.secured(r.Target.Text, far, client.Peer)
			r.engine.Join(client, far, func(outcome netio.Outcome) {
				o.Log(ended(r.Target.Text, client, outcome))
				done(outcome.Err)
			})
		})
	})
}
