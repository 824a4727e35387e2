package netio

import (
	"context"
	"net/netip"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// knockTCP finds out whether a TCP port is open. Go's poller, a clock and a goroutine
// cost the process of a check more than the connection.
func knockTCP(d *tcpDialer) Dialer { return knocker{d} }

type knocker struct{ *tcpDialer }

// Dial waits in Go's poller, and starts the clock, only for an answer that is not
// there at once.
func (k knocker) Dial(ctx context.Context) (*End, error) {
	to, plain := k.literal()
	if !plain || ctx.Err() != nil {
		return k.tcpDialer.Dial(ctx)
	}
	tried := attempt{addr: to, tried: true, begun: time.Now()}
	fd, err := rawSocket(to)
	if err != nil {
		return k.tcpDialer.Dial(ctx) // which says it
	}
	if err = connectRaw(fd, to); err == unix.EALREADY {
		var cancel context.CancelFunc
		ctx, cancel = k.opts.limit(ctx, k.addr)
		defer cancel()
		err = awaitConnected(ctx, fd, to)
	}
	if err != nil {
		_ = unix.Close(fd)
		tried.err, tried.took = err, time.Since(tried.begun)
		return nil, k.failure(ctx, []attempt{tried})
	}
	return k.timed(rawEnd(fd, nil, k.addr.Text, to), tried), nil
}

// awaitConnected waits until the socket is connected, or cannot be, or ctx ends.
func awaitConnected(ctx context.Context, fd int, to netip.AddrPort) error {
	ours, err := duplicate(rawControl(fd))
	if err != nil {
		return err
	}
	f := os.NewFile(uintptr(ours), "socket") // in Go's poller, since it does not block
	defer f.Close()
	raw, err := f.SyscallConn()
	if err != nil {
		return err
	}
	defer context.AfterFunc(ctx, func() { _ = f.SetWriteDeadline(time.Unix(1, 0)) })()
	var answer error
	err = raw.Write(func(uintptr) bool {
		answer = connectRaw(fd, to)
		return answer != unix.EALREADY
	})
	switch {
	case err == nil:
		return answer
	case ctx.Err() != nil:
		return ctx.Err()
	}
	return err
}
