package netio

import (
	"context"
	"errors"
	"time"
)

// underContext does what talks to the peer of end before a session begins, and ends
// what waits on its socket as soon as ctx ends. The error is then ctx's cause, with
// the step that it ended where one is named. The socket has no deadline afterwards;
// where ctx has ended it is good for nothing but to be closed.
func underContext(ctx context.Context, end *End, step string, do func() error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	stop := context.AfterFunc(ctx, func() { _ = end.Sock.SetDeadline(time.Unix(1, 0)) })
	err := do()
	if !stop() {
		return duringStep(context.Cause(ctx), step, err)
	}
	return err
}

// duringStep adds to a clock's expiry what it was that took so long; err is how that
// was called off, and may have a hint.
func duringStep(cause error, step string, err error) error {
	var e, off *Error
	if step == "" || !errors.As(cause, &e) || e.Kind != KindTimeout {
		return cause
	}
	named := *e
	named.What += "; " + step
	if errors.As(err, &off) && off.Hint != "" {
		named.Hint = off.Hint
	}
	return &named
}
