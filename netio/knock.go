package netio

import (
	"context"
	"errors"
	"io"
	"net"
)

// Knocker returns what finds out whether the address can be connected to. Its End is
// good for nothing but to be closed: a check of ports wants no more.
func (a Address) Knocker(o Options) (Dialer, error) {
	bare := o
	bare.Layers = nil // above what knocks, which they would hide
	d, err := a.Dialer(bare)
	switch below := d.(type) {
	case *tcpDialer:
		d = welcomed{knockTCP(below), a.Port}
	case *udpDialer:
		d = udpKnocker{below}
	case *tlsDialer:
		below.knocks = true
	}
	if err == nil && len(o.Layers) > 0 {
		d = layeredDialer{d, o}
	}
	return d, err
}

// A welcomed is a dialer of TCP to which a port is open also where the connection was reset
// so soon that connect(2) tells of it: whether that or the next call does is chance. Nobody
// there is ECONNREFUSED; ECONNRESET is of a connection that there was.
type welcomed struct {
	Dialer
	port string
}

func (w welcomed) Dial(ctx context.Context) (*End, error) {
	end, err := w.Dialer.Dial(ctx)
	var e *Error
	var op *net.OpError
	if err == nil || !errors.Is(err, errnoReset) || !errors.As(err, &e) {
		return end, err
	}
	was := &End{Stream: gone{}, Name: e.Addr}
	if errors.As(err, &op) && op.Addr != nil {
		was.Peer = op.Addr.String()
	} else if len(e.Tried) > 0 {
		was.Peer = net.JoinHostPort(e.Tried[0], w.port)
	}
	return was, nil
}

// A gone is the Stream of a connection that is no more.
type gone struct{}

func (gone) Read([]byte) (int, error)  { return 0, io.EOF }
func (gone) Write([]byte) (int, error) { return 0, errReset }
func (gone) CloseWrite() error         { return nil }
func (gone) Close() error              { return nil }
