package netio

import (
	"context"
	"errors"
	"net"
	"time"
)

// Back-off while descriptors are short, as net/http has it.
const (
	minBackoff = 5 * time.Millisecond
	maxBackoff = time.Second
)

// Serve hands every client of l to accepted, which may not wait, until the
// Engine's context ends; its cause is returned. At most so many clients are
// served at once: who is too many waits in the backlog. accepted is given what
// it must call when it is done with its client. A failure to accept does not end
// Serve, since a client that is gone again or a lack of descriptors passes; the
// first in a row is told to failed.
func (e *Engine) Serve(l Listener, most int, accepted func(client *End, done func()), failed func(error)) error {
	if e.loops != nil && e.loops.serve(e.ctx, l, most, accepted, failed) {
		return context.Cause(e.ctx)
	}
	slots := make(chan struct{}, most)
	for {
		select {
		case slots <- struct{}{}: // before Accept
		case <-e.ctx.Done():
			return context.Cause(e.ctx)
		}
		end, err := e.Accept(l, failed)
		if err != nil {
			return err
		}
		accepted(end, func() { <-slots })
	}
}

// Accept waits for one client; see Serve.
func (e *Engine) Accept(l Listener, failed func(error)) (*End, error) {
	for wait := minBackoff; ; wait = min(2*wait, maxBackoff) {
		end, err := l.Accept()
		switch {
		case err == nil:
			return end, nil
		case e.ctx.Err() != nil:
			return nil, context.Cause(e.ctx)
		case errors.Is(err, net.ErrClosed):
			return nil, &Error{Kind: KindOther, What: "cannot accept: " + Reason(err), Err: err}
		case wait == minBackoff:
			failed(err)
		}
		select {
		case <-time.After(wait):
		case <-e.ctx.Done():
			return nil, context.Cause(e.ctx)
		}
	}
}
