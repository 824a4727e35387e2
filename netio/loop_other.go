//go:build !linux

package netio

import (
	"context"
	"syscall"
)

// There are no event loops here: an Engine's sessions are all goroutines'.
type loops struct{}

func startLoops(context.Context, int) *loops { return nil }

// ReserveLoops returns how many event loops suit this machine.
func ReserveLoops(int) int { return 0 }

func (*loops) of(*End) *loop { return nil }
func (*loops) close()        {}

func (*loops) serve(context.Context, Listener, int, func(*End, func()), func(error)) bool {
	return false
}

type loop struct{}

func (*loop) carry(_ *Pump, _, _ *End, _ func(Outcome)) {}

func (d *tcpDialer) dialRaw(*loop, *End, func(*End, error)) bool { return false }

func (e *End) toLoop() bool    { return false }
func (e *End) toPoller() error { return nil }

// inherit is for sockets that a loop accepts: Go sets the same on its own.
func (o *SocketOptions) inherit(syscall.RawConn) error { return nil }
