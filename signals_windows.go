package main

import (
	"context"
	"os"
	"os/signal"

	"fid/netio"
)

// catchSignals calls cancel at the first Ctrl-C; a second one ends the process.
func catchSignals(cancel context.CancelCauseFunc) (stop func()) {
	caught := make(chan os.Signal, 1)
	signal.Notify(caught, os.Interrupt)
	go func() {
		if s, ok := <-caught; ok {
			signal.Reset(os.Interrupt)
			cancel(&netio.Error{Kind: netio.KindInterrupt, What: "ended by " + s.String()})
		}
	}()
	return func() { signal.Stop(caught); close(caught) }
}

// dieBySignal: Windows processes end with a code only.
func dieBySignal(netio.Kind) {}
