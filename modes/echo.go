package modes

import (
	"context"

	"fid/netio"
)

// EchoServer sends back to every client what it says (RFC 862).
type EchoServer struct{ Server }

// Run serves until ctx ends, or with Once until the first session has ended.
func (e EchoServer) Run(ctx context.Context, o Options) error {
	e.perEnd = 1
	if e.Address.IsPlain() {
		e.sockets = 1
	}
	o.Rules = e.forDatagrams(o.Rules)
	return e.serve(ctx, o, o.pump(e.Address.Text), func(client *netio.End, done func(error)) {
		e.engine.Loop(client, func(outcome netio.Outcome) {
			o.Log(ended(e.Address.Text, client, outcome))
			done(outcome.Err)
		})
	})
}
