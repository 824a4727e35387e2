package netio

import (
	"context"
	"io"
	"net"
	"sync"
)

type embeddedDialer struct{ addr Address }

// dialEmbedded dials a peer that runs inside this process, over a real socket
// of the loopback interface: echo: sends back, discard: throws away, zero:
// sends zeros for ever (RFCs 862, 863 and 864 are their models).
func dialEmbedded(a Address, _ Options) (Dialer, error) { return &embeddedDialer{a}, nil }

func (d *embeddedDialer) Dial(ctx context.Context) (*End, error) {
	l, err := embeddedListener(ctx, d.addr.Text)
	if err != nil {
		return nil, err
	}
	defer l.Close()
	nd := net.Dialer{Control: controlLinger}
	nd.SetMultipathTCP(false)
	conn, err := nd.DialContext(ctx, "tcp", l.Addr().String())
	if err != nil {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		kind, what := describe(err)
		return nil, &Error{Kind: kind, Addr: d.addr.Text, What: what, Err: err}
	}
	for {
		peer, err := l.Accept()
		if err != nil {
			_ = conn.Close()
			return nil, &Error{Kind: KindOther, Addr: d.addr.Text, What: "cannot accept", Err: err}
		}
		if peer.Peer == conn.LocalAddr().String() {
			go serveEmbedded(d.addr.Scheme, peer)
			return socketEnd(conn, d.addr.Text), nil
		}
		_ = peer.Close() // a stranger
	}
}

func embeddedListener(ctx context.Context, text string) (Listener, error) {
	a := Address{Text: text, Port: "0"}
	l, err := a.bindOne(ctx, Options{}, "tcp4", "127.0.0.1", "0")
	if err != nil {
		l, err = a.bindOne(ctx, Options{}, "tcp6", "::1", "0")
	}
	return l, err
}

// serveEmbedded ends with its client: by its FIN, or by its reset.
func serveEmbedded(scheme string, peer *End) {
	ctx := context.Background()
	switch scheme {
	case "echo":
		Pump{}.Loop(ctx, peer)
	case "discard":
		Pump{}.Join(ctx, peer, &End{Stream: newSink()})
	case "zero":
		Pump{}.Join(ctx, peer, &End{Stream: zeros{}})
	}
}

// A sink takes everything, and finishes when its writer has.
type sink struct {
	ended chan struct{}
	once  sync.Once
}

func newSink() *sink { return &sink{ended: make(chan struct{})} }

func (s *sink) Read([]byte) (int, error)    { <-s.ended; return 0, io.EOF }
func (s *sink) Write(p []byte) (int, error) { return len(p), nil }
func (s *sink) Close() error                { return s.CloseWrite() }
func (s *sink) StopReading()                { _ = s.CloseWrite() }
func (s *sink) CloseWrite() error           { s.once.Do(func() { close(s.ended) }); return nil }

// Zeros give zeros without end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error)  { clear(p); return len(p), nil }
func (zeros) Write(p []byte) (int, error) { return len(p), nil }
func (zeros) CloseWrite() error           { return nil }
func (zeros) Close() error                { return nil }
