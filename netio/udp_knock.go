package netio

import (
	"context"
	"errors"
	"net"
	"os"
	"time"
)

// A udpKnocker finds out whether a UDP port is open: only an answer tells. What
// it sends is the "X" of nc(1), once more when half of the time has passed.
type udpKnocker struct{ *udpDialer }

func (k udpKnocker) Dial(ctx context.Context) (*End, error) {
	begin := time.Now()
	end, err := k.udpDialer.Dial(ctx)
	if err != nil {
		return nil, err
	}
	defer context.AfterFunc(ctx, end.Sock.StopReading)()
	if err = k.ask(ctx, end, begin); err != nil {
		_ = end.Close()
		return nil, err
	}
	return end, nil
}

// ask waits for an answer in the time that is counted from begin.
func (k udpKnocker) ask(ctx context.Context, end *End, begin time.Time) error {
	wait := k.opts.Answer
	if wait == 0 {
		wait = k.opts.Timeout
	}
	buf := make([]byte, udpBuffer)
	var err error
	for try := range time.Duration(2) {
		if wait > 0 && ctx.Err() == nil {
			_ = end.Sock.SetDeadline(begin.Add(wait / 2 * (try + 1))) // of the Write, too
		}
		if _, err = end.Write([]byte("X")); err != nil {
			break
		}
		if _, err = end.Read(buf); !errors.Is(err, os.ErrDeadlineExceeded) {
			break
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
	switch {
	case err == nil:
		return nil
	case errors.Is(err, os.ErrDeadlineExceeded):
		return TimeoutError(k.addr.Text, "no answer for", wait, k.opts.TimeoutFlag, "; open or filtered, UDP does not tell")
	}
	kind, what := end.describeBreak(err)
	ip, _, _ := net.SplitHostPort(end.Peer)
	return &Error{Kind: kind, Addr: k.addr.Text, What: what, Err: err, Tried: []string{ip}}
}
