package modes

import (
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"time"

	"fid/netio"
)

// Connect joins standard input and output, or a command, to a dialled stream.
type Connect struct {
	Near
	Address netio.Address
	Wait    time.Duration // dial again for so long while nobody is there; 0 dials once
}

// Run ends when the session has ended.
func (c Connect) Run(ctx context.Context, o Options) error {
	near, err := c.open(ctx)
	if err != nil {
		return err
	}
	dialer, err := c.Address.Dialer(o.Net)
	if err != nil {
		return err
	}
	far, err := dial(ctx, dialer, c.Address, c.Wait, o.Log)
	if err != nil {
		return err
	}
	if near == nil {
		if near, err = c.start(ctx, far, o); err != nil {
			return err
		}
	}
	if c.isCommand() || c.Address.Scheme == "exec" {
		o.Rules.Watch = commandWatch
	}
	outcome := o.pump(c.Address.Text).Join(ctx, c.scripted(near, far), far)
	o.Log(ended(c.Address.Text, far, outcome))
	switch {
	case outcome.SpeaksTLS:
		o.Log(Event{Name: Note, Addr: c.Address.Text, Text: "the far end speaks TLS: fid connect tls:" + c.Address.Endpoint()})
	case c.Address.IsDatagram() && outcome.Err == nil && outcome.Sent > 0 && outcome.Received == 0:
		o.Log(Event{Name: Note, Addr: c.Address.Text, Quiet: true, Text: "no answer came; whether the datagrams arrived is not told"})
	case !c.isCommand() && isUnanswered(outcome, o.Rules):
		o.Log(Event{Name: Note, Addr: c.Address.Text, Quiet: near.Input == netio.InputStream,
			Text: "closed without an answer; if one was due, try --no-half-close"})
	}
	return outcome.Err
}

// smallRequest is the most that is taken for a question and not for a transfer.
const smallRequest = 16 << 10

// isUnanswered: a question was sent, our half closed, and no byte came back.
// Some servers and proxies take a half-close for a hang-up.
func isUnanswered(o netio.Outcome, r netio.Rules) bool {
	return o.Err == nil && o.First == "near" && o.Received == 0 && o.Sent > 0 && o.Sent <= smallRequest &&
		r.FIN == netio.FINAuto && !r.SendOnly && !r.Bounded
}

// dial dials and tells of it, all tries of wait together getting that long.
func dial(ctx context.Context, d netio.Dialer, addr netio.Address, wait time.Duration, log Log) (*netio.End, error) {
	if err := refuseFile(addr); err != nil {
		return nil, err
	}
	begin := time.Now()
	var end *netio.End
	err := retry(ctx, addr, wait, func(ctx context.Context) (err error) {
		end, err = d.Dial(ctx)
		return err
	})
	if err != nil {
		return nil, err
	}
	log(Event{Name: Connected, Addr: addr.Text, Peer: end.Peer, Local: end.Local, Through: end.Through, Datagrams: addr.IsDatagram(), Seconds: time.Since(begin).Seconds(), Timings: end.Timings})
	log.secured(addr.Text, end, "")
	return end, nil
}

func refuseFile(addr netio.Address) error {
	if addr.Scheme != "file" {
		return nil
	}
	return netio.Usagef(netio.Typable("fid relay PORT "+addr.Text), "%s: a file is a target of relay only", addr.Text)
}

// retry does what may fail for a cause that passes when a server starts, once or, where
// wait is given, for so long.
func retry(ctx context.Context, addr netio.Address, wait time.Duration, do func(context.Context) error) error {
	if wait == 0 {
		return do(ctx)
	}
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	var last error
	for pause := minRetry; ; pause = min(2*pause, maxRetry) {
		err := do(ctx)
		switch {
		case err == nil || !passes(err) && ctx.Err() == nil:
			return err
		case ctx.Err() == nil || last == nil:
			last = err
		}
		select {
		case <-time.After(jittered(pause)):
		case <-ctx.Done():
			return gaveUp(ctx, addr, wait, last)
		}
	}
}

// The pauses between tries of --wait: each is twice the one before.
const (
	minRetry = 25 * time.Millisecond
	maxRetry = time.Second
)

// jittered shortens a pause by up to a quarter, so that many who wait for one server do not
// all come at once.
func jittered(pause time.Duration) time.Duration { return pause - rand.N(pause/4) }

// passes: what a server that is still starting looks like. Of a proxy's no, what
// is below it says what the proxy saw of the server.
func passes(err error) bool {
	switch netio.KindOf(err) {
	case netio.KindRefused, netio.KindName, netio.KindUnreachable, netio.KindTimeout:
		return true
	case netio.KindProxy:
		return passes(errors.Unwrap(err))
	}
	return false
}

// gaveUp is the end of --wait, with the last cause.
func gaveUp(ctx context.Context, addr netio.Address, wait time.Duration, last error) error {
	if cause := context.Cause(ctx); cause != context.DeadlineExceeded {
		return cause
	}
	const what = "not there after"
	seen, ok := last.(*netio.Error)
	if !ok {
		return netio.TimeoutError(addr.Text, what, wait, "--wait", "; last: no answer")
	}
	err := netio.TimeoutError(addr.Text, what, wait, "--wait", "; last: "+strings.TrimPrefix(seen.Error(), netio.Label(addr.Text)))
	err.(*netio.Error).Err = lastSeen{seen}
	return err
}

// A lastSeen is below the error of a --wait that was given up.
type lastSeen struct{ err error }

func (l lastSeen) Error() string { return l.err.Error() }
