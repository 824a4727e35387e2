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
	if r.Target.IsEmbedded() {
		r.perEnd = 4 // its own end, and for a moment its listener
	}
	o.Rules.Watch = watchInterval
	dialer, err := r.Target.Dialer(o.Net)
	if err != nil {
		return err
	}
	return r.serve(ctx, o, func(ctx context.Context, client *netio.End) error {
		client.Name = "the client"
		far, err := dialer.Dial(ctx)
		if err != nil {
			_ = client.Close() // a reset: an end in order would be an empty answer
			o.Log(Event{Name: Ended, Addr: r.Target.Text, Peer: client.Peer, Err: err})
			return err
		}
		o.Log(Event{Name: Connected, Addr: r.Target.Text, Peer: far.Peer, Local: far.Local, Client: client.Peer})
		outcome := o.pump(r.Target.Text).Join(ctx, client, far)
		o.Log(ended(r.Target.Text, client, outcome))
		return outcome.Err
	})
}
