package modes

import (
	"context"

	"fid/netio"
)

// Listen joins standard input and output to a client, or with KeepOpen to many. With
// a command it joins that to a client, or with KeepOpen a process of it to each.
type Listen struct {
	Server
	Near
	KeepOpen    bool
	Broker      *netio.Broker // joins the clients with each other; needs KeepOpen; may be nil
	Output      *netio.Output // writes what comes into files; may be nil
	InputUnused string        // the flag for which standard input goes nowhere; empty: it does not, or nobody expects it
}

// keepOpenRead is the most that one client writes to standard output at once.
const keepOpenRead = 64 << 10

// nearEnds give each session a near end of its own, and are closed after the last.
type nearEnds interface {
	For(client *netio.End) netio.Dialer
	Close() error
}

// Run listens until the session has ended, or with KeepOpen until ctx ends.
func (l Listen) Run(ctx context.Context, o Options) error {
	l.perEnd, l.Once = 1, !l.KeepOpen
	if l.InputUnused != "" {
		o.Log(Event{Name: Note, Addr: l.Address.Text, Text: "standard input goes nowhere with " + l.InputUnused})
	}
	if l.Output != nil {
		l.perEnd = 2 // with the file
		if err := l.Output.Check(); err != nil {
			return err
		}
	}
	switch {
	case l.isCommand():
		return l.commands(ctx, o)
	case l.KeepOpen:
		return l.keepOpen(ctx, o)
	case l.Output != nil:
		return l.serve(ctx, o, o.pump(l.Address.Text), l.handle(l.Output, o))
	}
	near, err := l.open(ctx)
	if err != nil {
		return err
	}
	return l.serve(ctx, o, o.pump(l.Address.Text), func(far *netio.End, done func(error)) {
		l.join(near, far, o, done)
	})
}

// join begins a session, whose end is told to done.
func (l Listen) join(near, far *netio.End, o Options, done func(error)) {
	if l.Once && far.Peer != "" && far.Peer != "@" { // a client of a Unix socket has no address
		far.Name += ": " + far.Peer
	}
	l.engine.Join(l.scripted(near, far), far, func(outcome netio.Outcome) {
		o.Log(ended(l.Address.Text, far, outcome))
		done(outcome.Err)
	})
}

// handle joins every client to a near end of its own. One that gets none is reset.
func (l *Listen) handle(near nearEnds, o Options) handler {
	return func(client *netio.End, done func(error)) {
		l.engine.Dial(near.For(client), client, func(end *netio.End, err error) {
			if err != nil {
				_ = client.Close()
				o.Log(Event{Name: Ended, Addr: l.Address.Text, Peer: client.Peer, Err: err})
				done(err)
				return
			}
			l.join(end, client, o, done)
		})
	}
}

// commands starts the command for each client. One that cannot be started, or
// fails, is the end of its session only.
func (l Listen) commands(ctx context.Context, o Options) error {
	command, err := l.dialer(o)
	if err != nil {
		return err
	}
	if l.KeepOpen {
		netio.ReserveThreads()
		o.Rules = l.forDatagrams(o.Rules)
	}
	l.perEnd = 1 + netio.CommandDescriptors
	o.Rules.Watch = commandWatch
	return l.serve(ctx, o, o.pump(l.Address.Text), l.handle(processes{command}, o))
}

// Processes give each session one of a command, which is told who the client is.
type processes struct{ command netio.Dialer }

func (p processes) For(*netio.End) netio.Dialer { return p.command }
func (p processes) Close() error                { return nil }

// keepOpen serves one client beside the other. A client's FIN ends its session. When
// standard input or output fails the run is over, for every client.
func (l Listen) keepOpen(ctx context.Context, o Options) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	near, err := l.nearEnds(ctx, cancel)
	if err != nil {
		return err
	}
	o.Rules.MaxRead, o.Rules.Watch = keepOpenRead, watchInterval
	o.Rules = l.forDatagrams(o.Rules)
	err = l.serve(ctx, o, netio.Pump{Rules: o.Rules, Monitor: o.Monitor}, l.handle(near, o))
	if netio.KindOf(err) == netio.KindPipe {
		return err // standard output is left as it is, to die of it
	}
	if e := near.Close(); e != nil {
		return e
	}
	return err
}

// nearEnds returns what keepOpen joins the clients to.
func (l *Listen) nearEnds(ctx context.Context, failed context.CancelCauseFunc) (nearEnds, error) {
	switch {
	case l.Broker != nil:
		return l.Broker, nil
	case l.Output != nil:
		return l.Output, nil
	}
	l.isFatal = func(err error) bool {
		kind := netio.KindOf(err)
		return kind == netio.KindLocal || kind == netio.KindPipe
	}
	return netio.ShareStdio(ctx, l.Stdio, failed)
}
