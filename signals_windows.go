package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"fid/netio"
)

// defaultActionEnds: Windows would end the process with a code of its own.
const defaultActionEnds = false

// catchSignals calls cancel at the first Ctrl-C or Ctrl-Break, and when the console is closed or
// the user logs off, which Go calls SIGTERM. A second one ends the process.
func catchSignals(cancel context.CancelCauseFunc) {
	caught := make(chan os.Signal, 1)
	signal.Notify(caught, os.Interrupt, syscall.SIGTERM)
	go func() {
		s := <-caught
		signal.Reset(os.Interrupt)
		if s == syscall.SIGTERM {
			cancel(&netio.Error{Kind: netio.KindTerminate, What: "ended by the console's end"})
			return
		}
		cancel(&netio.Error{Kind: netio.KindInterrupt, What: "ended by " + s.String()})
	}()
}

// catchReports: Windows has no signal that asks for a report.
func catchReports(func()) {}

// catchPipe: Windows knows no SIGPIPE.
func catchPipe() {}

// dieBySignal: Windows processes end with a code only.
func dieBySignal(netio.Kind) {}
