package modes

import (
	"context"

	"fid/netio"
)

// Listen joins standard input and output to a client, or with KeepOpen the
// output of many clients to standard output. With a command it joins that to a
// client, or with KeepOpen a process of it to each of many.
type Listen struct {
	Server
	Near
	KeepOpen    bool
	InputUnused bool // with KeepOpen: somebody may expect that input is sent
}

// keepOpenRead is the most that one client writes to standard output at once.
const keepOpenRead = 64 << 10

// Run listens until the session has ended, or with KeepOpen until ctx ends.
func (l Listen) Run(ctx context.Context, o Options) error {
	l.perEnd, l.Once = 1, !l.KeepOpen
	if l.isCommand() {
		return l.commands(ctx, o)
	}
	if l.KeepOpen {
		return l.keepOpen(ctx, o)
	}
	near, err := l.open(ctx)
	if err != nil {
		return err
	}
	return l.serve(ctx, o, o.pump(l.Address.Text), func(far *netio.End, done func(error)) {
		l.join(near, far, o, done)
	})
}

// join joins a client to its near end.
func (l Listen) join(near, far *netio.End, o Options, done func(error)) {
	if far.Peer != "" && far.Peer != "@" { // a client of a Unix socket has no address
		far.Name += ": " + far.Peer
	}
	l.engine.Join(near, far, func(outcome netio.Outcome) {
		o.Log(ended(l.Address.Text, far, outcome))
		done(outcome.Err)
	})
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
	}
	l.perEnd = 1 + netio.CommandDescriptors
	o.Rules.Watch = commandWatch
	return l.serve(ctx, o, o.pump(l.Address.Text), func(far *netio.End, done func(error)) {
		l.engine.Dial(command, far, func(near *netio.End, err error) {
			if err != nil {
				_ = far.Close() // a reset: an end in order would be an empty answer
				o.Log(Event{Name: Ended, Addr: l.Address.Text, Peer: far.Peer, Err: err})
				done(err)
				return
			}
			l.join(near, far, o, done)
		})
	})
}

// keepOpen: standard input goes nowhere, and a client's FIN ends its session.
// When standard output fails the run is over, for every client.
func (l Listen) keepOpen(ctx context.Context, o Options) error {
	out, err := netio.NewSharedOutput(ctx, l.Stdio.NoOutput)
	if err != nil {
		return err
	}
	if l.InputUnused {
		o.Log(Event{Name: Note, Addr: l.Address.Text, Text: "standard input goes nowhere with -k"})
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() {
		if out.AwaitReaderGone() == nil {
			cancel(netio.ReaderGone(nil))
		}
	}()
	o.Rules.MaxRead = keepOpenRead
	l.isFatal = func(err error) bool {
		kind := netio.KindOf(err)
		return kind == netio.KindLocal || kind == netio.KindPipe
	}
	err = l.serve(ctx, o, netio.Pump{Rules: o.Rules}, func(far *netio.End, done func(error)) {
		l.engine.Join(out.End(), far, func(outcome netio.Outcome) {
			o.Log(ended(l.Address.Text, far, outcome))
			done(outcome.Err)
		})
	})
	if netio.KindOf(err) == netio.KindPipe {
		return err // standard output is left as it is, to die of it
	}
	if e := out.Close(); e != nil {
		return e
	}
	return err
}
