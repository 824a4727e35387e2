package modes

import (
	"context"
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
	Access   netio.AccessLists // who may connect
	perEnd   int               // descriptors that a session takes
	sockets  int               // that a session joins; 0: not only sockets
	isFatal  func(error) bool  // which session's error ends the run; nil is none
	engine   *netio.Engine
	access   *netio.Access
	listener netio.Listener
}

// A handler begins a client's session and does not wait; done is told how it ended.
type handler func(client *netio.End, done func(error))

// spareDescriptors are for the listener, the standard streams, the runtime's
// own, logs, and name look-ups.
const spareDescriptors = 32

// serve binds the address and hands every client to handle: all serving modes
// come through here. It ends when ctx does, after the first session with
// Once, or with a session's fatal error. The sessions are those of pump.
func (s *Server) serve(ctx context.Context, o Options, pump netio.Pump, handle handler) error {
	if err := s.Ready.clear(); err != nil {
		return err
	}
	access, err := s.Access.Resolve(ctx, o.Net)
	if err != nil {
		return err
	}
	s.access = access
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	s.engine = netio.NewEngine(ctx, pump, netio.ReserveLoops(s.sockets))
	defer s.engine.Close()
	l, err := s.Address.Listen(ctx, s.listenOptions(o))
	if err != nil {
		return err
	}
	s.listener = l
	defer context.AfterFunc(ctx, func() { _ = l.Close() })()
	defer l.Close()
	if err := s.Ready.announce(l, s.Address, o); err != nil {
		return err
	}
	var first *time.Timer
	if s.Accept > 0 {
		late := netio.TimeoutError(s.Address.Text, "no client for", s.Accept, "--accept-timeout", "")
		first = time.AfterFunc(s.Accept, func() { cancel(late) })
		defer first.Stop()
	}
	if s.Once {
		return s.one(o, first, handle)
	}
	return s.many(o, cancel, first, handle)
}

// one serves a single client. The socket is closed before the session begins,
// so that later clients are refused instead of left to wait.
func (s *Server) one(o Options, first *time.Timer, handle handler) error {
	client, err := s.engine.Accept(s.listener, s.cannotAccept(o))
	if err != nil {
		return err
	}
	if err := s.refuse(client, o.Log); err != nil {
		return err
	}
	s.greet(client, first, o.Log)
	_ = s.listener.Close()
	ended := make(chan error, 1)
	s.begin(client, o.Log, handle, func(err error) { ended <- err })
	return <-ended
}

// many serves clients in parallel until ctx ends, or with a session's fatal error.
func (s *Server) many(o Options, cancel context.CancelCauseFunc, first *time.Timer, handle handler) error {
	return s.engine.Serve(s.listener, s.slots(), func(client *netio.End, release func()) {
		if s.refuse(client, o.Log) != nil {
			release()
			return
		}
		s.greet(client, first, o.Log)
		s.begin(client, o.Log, handle, func(err error) {
			release()
			if err != nil && s.isFatal != nil && s.isFatal(err) {
				cancel(err)
			}
		})
	}, s.cannotAccept(o))
}

// begin hands a client to handle once its handshake, if it owes one, is done.
func (s *Server) begin(client *netio.End, log Log, handle handler, done func(error)) {
	s.engine.Handshake(client, func(err error) {
		if err != nil {
			log(Event{Name: Ended, Addr: s.Address.Text, Peer: client.Peer, Of: client.Name, Err: err})
			done(err)
			return
		}
		log.secured(s.Address.Text, client, "")
		handle(client, done)
	})
}

// refuse resets a client that may not connect, before anything is done for it: an end in
// order would be an empty answer.
func (s *Server) refuse(client *netio.End, log Log) error {
	err := s.access.Check(s.Address.Text, client.Peer)
	if err != nil {
		_ = client.Close()
		log(Event{Name: Denied, Addr: s.Address.Text, Peer: client.Peer, Err: err})
	}
	return err
}

// greet tells of a client that has been accepted, and stops the clock that runs
// until the first.
func (s *Server) greet(client *netio.End, first *time.Timer, log Log) {
	if first != nil {
		first.Stop()
	}
	log(Event{Name: Accepted, Addr: s.Address.Text, Peer: client.Peer, Local: client.Local, Datagrams: s.Address.IsDatagram()})
}

func (s *Server) cannotAccept(o Options) func(error) {
	return func(err error) {
		o.Log(Event{Name: Note, Addr: s.Address.Text, Text: "cannot accept for now: " + netio.Reason(err)})
	}
}

func (s *Server) slots() int {
	if s.Max > 0 {
		return s.Max
	}
	most := max(1, (netio.DescriptorLimit()-spareDescriptors)/s.perEnd)
	if s.Address.IsDatagram() {
		return min(most, netio.DefaultPeers)
	}
	return most
}
