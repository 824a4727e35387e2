package modes

import (
	"context"
	"errors"
	"net"
	"time"

	"fid/netio"
)

// A Server is what the serving modes have in common.
type Server struct {
	Address  netio.Address
	Max      int           // sessions at once; 0 is what the descriptors allow
	Once     bool          // end after the first session
	Accept   time.Duration // how long to wait for the first client; 0 is for ever
	Ready    Ready
	perEnd   int              // descriptors that a session takes
	isFatal  func(error) bool // which session's error ends the run; nil is none
	engine   *netio.Engine
	listener netio.Listener
}

// A handler begins a client's session and does not wait; done is told how it ended.
type handler func(client *netio.End, done func(error))

// spareDescriptors are for the listener, the standard streams, the runtime's
// own, logs, and name look-ups.
const spareDescriptors = 32

// Back-off while descriptors are short, as net/http has it.
const (
	minBackoff = 5 * time.Millisecond
	maxBackoff = time.Second
)

// serve binds the address and hands every client to handle, in parallel: it is
// the only accept loop. It ends when ctx does, after the first session with
// Once, or with a session's fatal error. The sessions are those of pump.
func (s *Server) serve(ctx context.Context, o Options, pump netio.Pump, handle handler) error {
	s.Ready.clear()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	s.engine = netio.NewEngine(ctx, pump)
	defer s.engine.Close()
	l, err := s.engine.Listen(s.Address, o.Net)
	if err != nil {
		return err
	}
	s.listener = l
	defer context.AfterFunc(ctx, func() { _ = l.Close() })()
	defer l.Close()
	if err := s.Ready.announce(l, s.Address, o); err != nil {
		return err
	}
	if s.Once {
		return s.one(ctx, cancel, o, handle)
	}
	return s.many(ctx, cancel, o, handle)
}

// one serves a single client. The socket is closed before the session begins,
// so that later clients are refused instead of left to wait.
func (s *Server) one(ctx context.Context, cancel context.CancelCauseFunc, o Options, handle handler) error {
	end, err := s.accept(ctx, cancel, o)
	if err != nil {
		return err
	}
	_ = s.listener.Close()
	ended := make(chan error, 1)
	handle(end, func(err error) { ended <- err })
	return <-ended
}

func (s *Server) many(ctx context.Context, cancel context.CancelCauseFunc, o Options, handle handler) error {
	slots := make(chan struct{}, s.slots())
	for {
		select {
		case slots <- struct{}{}: // before Accept: who is too many waits in the backlog
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		end, err := s.accept(ctx, cancel, o)
		if err != nil {
			return err
		}
		s.Accept = 0
		handle(end, func(err error) {
			<-slots
			if err != nil && s.isFatal != nil && s.isFatal(err) {
				cancel(err)
			}
		})
	}
}

// accept waits for the next client. No failure but the end of ctx stops it:
// a client that is gone again or a lack of descriptors passes.
func (s *Server) accept(ctx context.Context, cancel context.CancelCauseFunc, o Options) (*netio.End, error) {
	if s.Accept > 0 {
		late := netio.TimeoutError(s.Address.Text, "no client for", s.Accept, "--accept-timeout", "")
		defer time.AfterFunc(s.Accept, func() { cancel(late) }).Stop()
	}
	for wait := minBackoff; ; wait = min(2*wait, maxBackoff) {
		end, err := s.listener.Accept()
		switch {
		case err == nil:
			o.Log(Event{Name: Accepted, Addr: s.Address.Text, Peer: end.Peer, Local: end.Local})
			return end, nil
		case ctx.Err() != nil:
			return nil, context.Cause(ctx)
		case errors.Is(err, net.ErrClosed):
			return nil, &netio.Error{Kind: netio.KindOther, Addr: s.Address.Text, What: "cannot accept: " + netio.Reason(err), Err: err}
		case wait == minBackoff:
			o.Log(Event{Name: Note, Addr: s.Address.Text, Text: "cannot accept for now: " + netio.Reason(err)})
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

func (s *Server) slots() int {
	if s.Max > 0 {
		return s.Max
	}
	return max(1, (netio.DescriptorLimit()-spareDescriptors)/s.perEnd)
}
