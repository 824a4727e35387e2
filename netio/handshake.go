package netio

import (
	"context"
	"time"
)

// underContext runs f, which talks to the peer of e before a session begins, and
// ends what waits on the socket of e as soon as ctx ends. The error is then ctx's
// cause, else that of f. The socket has no deadline afterwards; where ctx has
// ended it is good for nothing but to be closed.
func underContext(ctx context.Context, e *End, f func() error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	stop := context.AfterFunc(ctx, func() { _ = e.Sock.SetDeadline(time.Unix(1, 0)) })
	err := f()
	if !stop() {
		return context.Cause(ctx)
	}
	return err
}
