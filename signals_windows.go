package main

import (
	"context"
	"os"
	"os/signal"

	"fid/netio"
)

// catchSignals returns a context that ends with the first Ctrl-C; a second one
// ends the process.
func catchSignals(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	caught := make(chan os.Signal, 1)
	signal.Notify(caught, os.Interrupt)
	go func() {
		if s, ok := <-caught; ok {
			signal.Reset(os.Interrupt)
			cancel(&netio.Error{Kind: netio.KindInterrupt, What: "ended by " + s.String()})
		}
	}()
	return ctx, func() { signal.Stop(caught); close(caught) }
}

// dieBySignal: Windows processes end with a code only.
func dieBySignal(netio.Kind) {}
