package netio

import (
	"context"
	"errors"
	"time"
)

// underContext does what reads and writes the socket of end, and calls it off when
// ctx ends: the error is then the cause of that, with the step that it ended.
func underContext(ctx context.Context, end *End, step string, do func() error) error {
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
	if !errors.As(cause, &e) || e.Kind != KindTimeout {
		return cause
	}
	named := *e
	named.What += "; " + step
	if errors.As(err, &off) && off.Hint != "" {
		named.Hint = off.Hint
	}
	return &named
}
