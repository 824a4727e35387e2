package netio

import (
	"context"
	"slices"
	"strings"
	"time"
)

// A Rest says what follows the colon of a scheme.
type Rest int

// The rests.
const (
	RestHostPort Rest = iota
	RestPath
	RestNone
)

// Options are what the command line says of how to dial and listen. The zero
// Options use both families, look up names, and bind nothing.
type Options struct {
	Family      string                  // "4" or "6": only that family; "" is both
	Numeric     bool                    // no look-ups: a name is an error (-n)
	Source      string                  // the address to dial from (-s); "" is the system's choice
	SourcePort  string                  // the port to dial from (-p); "" is the system's choice
	Timeout     time.Duration           // for look-up and all addresses together; 0 is no limit
	TimeoutFlag string                  // the flag that set Timeout
	Step        func(string)            // told of every step (-vv); nil is nobody
	KeyLog      *KeyLog                 // the file that gets the secrets of TLS sessions (SSLKEYLOGFILE); "" is none
	MadePin     func(addr, pin string)  // told the pin of a certificate that was made for the run; nil is nobody
	Layers      []Layer                 // put on every stream that is opened, the first one nearest to the network
	Proxies     []Proxy                 // the way of what is dialled over TCP, the nearest one first; none is direct
	Bypass      Bypass                  // what is dialled without Proxies all the same
	Socket      SocketOptions           // of the sockets on both ends
	Note        func(addr, what string) // told what a person might wonder about an end; nil is nobody
	Broadcast   bool                    // datagrams may go to a broadcast address (-b)
	Answer      time.Duration           // how long a check of a port waits for an answer to its datagram; 0 is Timeout
	MaxPeers    int                     // peers of a listener of datagrams at once; 0 is DefaultPeers
	PTY         bool                    // a command gets a pseudo-terminal (--pty)
	Timed       bool                    // ends that are dialled have their Timings, and errors their Attempts
	Names       *Names                  // hosts that are looked up once for many dials; nil: each dial does so
}

// A Layer sees or changes the bytes of an End's Stream. What it returns embeds that
// Stream, and hides with it what would go past the layer; the rest of the End tells whose
// bytes they are. A layer that waits by itself in a Read or Write registers with End.paces.
type Layer func(*End) Stream

// layer puts the layers on a stream that has been opened.
func (o Options) layer(e *End) *End {
	for _, l := range o.Layers {
		e.Stream = l(e)
	}
	return e
}

// A layeredDialer puts the layers of opts on the ends of another Dialer.
type layeredDialer struct {
	Dialer
	opts Options
}

func (d layeredDialer) Dial(ctx context.Context) (*End, error) {
	end, err := d.Dialer.Dial(ctx)
	if err != nil {
		return nil, err
	}
	return d.opts.layer(end), nil
}

// A layeredListener does so with those of a Listener.
type layeredListener struct {
	Listener
	opts Options
}

func (l layeredListener) Accept() (*End, error) {
	end, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	end.Accepted = true
	return l.opts.layer(end), nil
}

// limit bounds ctx by Timeout: its cause then names the flag.
func (o Options) limit(ctx context.Context, a Address) (context.Context, context.CancelFunc) {
	return o.limitSince(ctx, a, time.Now())
}

// limitSince is limit for what has begun before.
func (o Options) limitSince(ctx context.Context, a Address, begin time.Time) (context.Context, context.CancelFunc) {
	if o.Timeout == 0 {
		return ctx, func() {}
	}
	return context.WithDeadlineCause(ctx, begin.Add(o.Timeout), TimeoutError(a.Text, "no answer for", o.Timeout, o.TimeoutFlag, ""))
}

func (o Options) step(words ...string) {
	if o.Step != nil {
		o.Step(strings.Join(words, ""))
	}
}

// A Scheme is one row of the table of schemes. A nil Dial or Listen means that
// it cannot be used that way.
type Scheme struct {
	Name    string
	Usage   string
	Rest    Rest
	Options []string // the keys that ",key=value" may have
	Dial    func(Address, Options) (Dialer, error)
	Listen  func(context.Context, Address, Options) (Listener, error)
}

// Schemes is the table of schemes: parser, help and tests read it. The first
// row is meant where no scheme is typed.
func Schemes() []Scheme {
	ends := []string{"source", "source-port"}
	return []Scheme{
		{"tcp", "tcp:HOST:PORT", RestHostPort, ends, dialTCP, listenTCP},
		{"tcp4", "tcp4:HOST:PORT", RestHostPort, ends, dialTCP, listenTCP},
		{"tcp6", "tcp6:HOST:PORT", RestHostPort, ends, dialTCP, listenTCP},
		{"tls", "tls:HOST:PORT", RestHostPort, tlsKeys(), dialTLS, listenTLS},
		{"udp", "udp:HOST:PORT", RestHostPort, ends, dialUDP, listenUDP},
		{"udp4", "udp4:HOST:PORT", RestHostPort, ends, dialUDP, listenUDP},
		{"udp6", "udp6:HOST:PORT", RestHostPort, ends, dialUDP, listenUDP},
		{"unix", "unix:PATH", RestPath, []string{"mode"}, dialUnix, listenUnix},
		{"unix-dgram", "unix-dgram:PATH", RestPath, []string{"mode"}, dialUnixDatagram, listenUnixDatagram},
		{"unix-seqpacket", "unix-seqpacket:PATH", RestPath, []string{"mode"}, dialSeqpacket, listenSeqpacket},
		{"exec", "exec:CMD", RestPath, nil, dialExec, nil},
		{"file", "file:PATH", RestPath, nil, dialFile, nil},
		{"echo", "echo:", RestNone, nil, dialEmbedded, nil},
		{"discard", "discard:", RestNone, nil, dialEmbedded, nil},
		{"zero", "zero:", RestNone, nil, dialEmbedded, nil},
	}
}

// laterSchemes are named in the documentation of fid's future: typed today,
// they are refused by name instead of being taken for hosts.
func laterSchemes() []string { return []string{"ws", "wss"} }

func (a Address) scheme() Scheme {
	for _, s := range Schemes() {
		if s.Name == a.Scheme {
			return s
		}
	}
	return Scheme{}
}

// isOverTCP: what stands in front of a host and a port, and begins with a TCP
// connection to them.
func (a Address) isOverTCP() bool {
	return slices.Contains([]string{"tcp", "tcp4", "tcp6", "tls"}, a.Scheme)
}

// IsEmbedded reports whether the peer runs inside this process.
func (a Address) IsEmbedded() bool { return a.scheme().Rest == RestNone }

// IsOverIP reports whether a host and a port are dialled.
func (a Address) IsOverIP() bool { return a.scheme().Rest == RestHostPort }

// Proxied reports whether the address is reached through the proxies of o.
func (a Address) Proxied(o Options) bool {
	return len(o.Proxies) > 0 && a.isOverTCP() && o.Bypass.entryFor(a) == ""
}

// IsPlain reports whether its streams are plain sockets, which an event loop may carry.
func (a Address) IsPlain() bool {
	switch a.Scheme {
	case "tcp", "tcp4", "tcp6", "unix":
		return true
	}
	return a.IsEmbedded()
}

// Dialer returns what dials the address, or an error where that cannot be done.
func (a Address) Dialer(o Options) (Dialer, error) {
	s := a.scheme()
	if s.Dial == nil {
		return nil, Usagef("", "%scannot be connected to", Label(cut(a.Text)))
	}
	if len(o.Proxies) > 0 && !a.isOverTCP() {
		return nil, Usagef("", "%scannot be reached through a proxy", Label(cut(a.Text)))
	}
	d, err := s.Dial(a, o)
	if err == nil && len(o.Layers) > 0 {
		d = layeredDialer{d, o}
	}
	return d, err
}

// Listen binds the address and returns what accepts on it.
func (a Address) Listen(ctx context.Context, o Options) (Listener, error) {
	s := a.scheme()
	if s.Listen == nil {
		return nil, Usagef("", "%scannot be listened on", Label(cut(a.Text)))
	}
	l, err := s.Listen(ctx, a, o)
	if err == nil && len(o.Layers) > 0 {
		l = layeredListener{l, o}
	}
	return l, err
}
