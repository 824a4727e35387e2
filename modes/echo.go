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
	return e.serve(ctx, o, func(ctx context.Context, end *netio.End) error {
		outcome := o.pump(e.Address.Text).Loop(ctx, end)
		o.Log(ended(e.Address.Text, end, outcome))
		return outcome.Err
	})
}
