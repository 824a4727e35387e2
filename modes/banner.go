package modes

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"fid/netio"
)

// How much of what a server says is its banner, how long a pause ends one that does not
// end with a line, and how fast what comes is thrown away while a connection is watched.
const (
	bannerSize  = 1 << 10
	bannerQuiet = 100 * time.Millisecond
	stayChunk   = 64 << 10
)

// A timely reads from an end until a time. Where we were stopped for longer than that, what
// had come by then is taken first: Go's sockets tell of the deadline alone.
type timely struct {
	end    *netio.End
	until  time.Time // the end's deadline; zero is none
	looked bool
}

// How late a Read must be told of its deadline for us to have been stopped, and how long
// what is in the kernel then may take.
const (
	stoppedFor = 20 * time.Millisecond
	lastLook   = 10 * time.Millisecond
)

func (t *timely) Read(p []byte) (int, error) {
	n, err := t.end.Read(p)
	if t.looked || t.until.IsZero() || !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(t.until) < stoppedFor {
		return n, err
	}
	t.looked = true
	_ = t.end.Sock.SetDeadline(time.Now().Add(lastLook))
	return t.end.Read(p)
}

// watch has the connection keep what was asked of it: a banner, then to stay open. Nothing
// is sent. Its error is a check's, and says when the connection ended.
func (p Probe) watch(ctx context.Context, end *netio.End, addr netio.Address, found *Finding) error {
	connected := time.Now()
	defer context.AfterFunc(ctx, func() { _ = end.Close() })()
	var ended error
	if p.Banner {
		found.Banner, ended = p.banner(end)
	}
	if ended == nil && p.Stay > 0 {
		ended = p.stays(ctx, end, connected)
		found.Stayed = p.Stay
	}
	_ = end.Sock.SetDeadline(time.Time{}) // CloseInOrder may have a goodbye to say
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case ended == nil, p.Stay == 0 && len(found.Banner) > 0: // what follows a banner is --stay's
		return nil
	}
	end.CloseInOrder()
	return p.unkept(ended, addr, time.Since(connected), len(found.Banner) == 0)
}

// banner reads what the server says unasked: to the end of a line that comes, to a pause,
// or 1 KiB. The error is how the connection ended, or a deadline's where nothing came.
func (p Probe) banner(end *netio.End) ([]byte, error) {
	buf := make([]byte, bannerSize)
	n := 0
	limit := time.Now().Add(p.Step)
	if p.Step == 0 {
		limit = time.Time{}
	}
	_ = end.Sock.SetDeadline(limit) // fails only on a closed socket, as the next call does
	from := &timely{end: end, until: limit}
	for n < len(buf) {
		m, err := from.Read(buf[n:])
		n += m
		switch {
		case n > 0 && errors.Is(err, os.ErrDeadlineExceeded):
			return buf[:n], nil
		case err != nil:
			return buf[:n], err
		case m > 0 && buf[n-1] == '\n':
			return buf[:n], nil
		case m > 0:
			if quiet := time.Now().Add(bannerQuiet); limit.IsZero() || quiet.Before(limit) {
				_ = end.Sock.SetDeadline(quiet)
			}
		}
	}
	return buf, nil
}

// stays returns nil if the connection is open after Stay, which runs from connected, else
// how it ended. What comes is thrown away: an end behind it is seen then, also of TLS, and
// a server that says more than fits is held back.
func (p Probe) stays(ctx context.Context, end *netio.End, connected time.Time) error {
	from := &timely{end: end, until: connected.Add(p.Stay)}
	_ = end.Sock.SetDeadline(from.until)
	buf := make([]byte, stayChunk)
	for came := 0; ; {
		n, err := from.Read(buf)
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
			return nil
		case err != nil:
			return err
		}
		if came += n; came >= stayChunk && pause(ctx, bannerQuiet) {
			came = 0
		}
	}
}

// unkept is the error of a connection that was accepted and did not keep what was asked
// of it. mute: there is no banner.
func (p Probe) unkept(ended error, addr netio.Address, after time.Duration, mute bool) error {
	e := &netio.Error{Kind: netio.KindCheck, Addr: addr.Text, Err: fickle(StateReset)}
	kind, what := netio.Classify(ended)
	switch {
	case errors.Is(ended, os.ErrDeadlineExceeded):
		e.Err = fickle(StateSilent)
		e.What = fmt.Sprintf("no banner within %s (%s)", netio.Seconds(p.Step), p.StepFlag)
		return e
	case errors.Is(ended, io.EOF):
		e.Err, what = fickle(StateClosed), "closed"
	case kind == netio.KindTLS: // the server does not take us
		e.Kind, e.Err = kind, ended
	}
	e.What = fmt.Sprintf("accepted, then %s after %s", what, netio.Seconds(rounded(after)))
	if p.Banner && mute {
		e.What += ", without a banner"
	}
	return e
}

// rounded leaves of a measured time what people read.
func rounded(d time.Duration) time.Duration {
	for unit := 10 * time.Second; unit > time.Microsecond; unit /= 10 {
		if d >= unit {
			return d.Round(unit / 100)
		}
	}
	return d
}
