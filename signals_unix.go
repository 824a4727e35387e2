//go:build unix

package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"

	"fid/netio"
)

// defaultActionEnds: a signal that is not caught ends the process just as
// dieBySignal does. Catching one costs a port check a sixth of its time: for each,
// Go's runtime goes to a thread of its own and back.
const defaultActionEnds = true

// catchSignals calls cancel at the first SIGHUP, SIGINT or SIGTERM; a second one
// takes its default action. A SIGHUP or SIGINT that the parent ignores (nohup)
// stays ignored; of a SIGTERM Go's runtime does not tell.
func catchSignals(cancel context.CancelCauseFunc) {
	caught := make(chan os.Signal, 1)
	var wanted []os.Signal
	for _, s := range []os.Signal{syscall.SIGHUP, syscall.SIGINT, syscall.SIGTERM} {
		if !signal.Ignored(s) {
			wanted = append(wanted, s)
		}
	}
	if len(wanted) > 0 { // Notify of nothing would be of everything
		signal.Notify(caught, wanted...)
	}
	catchPipe()
	go func() {
		s := <-caught
		signal.Reset(wanted...)
		cancel(&netio.Error{Kind: netio.Kind(128 + int(s.(syscall.Signal))), What: "ended by " + unix.SignalName(s.(syscall.Signal))})
	}()
}

// catchReports calls report at each signal that asks for one. Until then, and in a check
// of one port without -v, such a signal is lost: Go's runtime catches it, and does nothing. Of one that
// the parent ignores Go's runtime does not tell.
func catchReports(report func()) {
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, reportSignals()...)
	go func() {
		for range asked {
			report()
		}
	}()
}

// catchPipe makes a Write to standard output or error tell EPIPE. Notify, not
// Ignore, which children would inherit.
func catchPipe() { signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE) }

// dieBySignal ends the process by the signal that ended the run, so that a
// shell sees what it expects of it.
func dieBySignal(code netio.Kind) {
	switch code {
	case netio.KindHangup, netio.KindInterrupt, netio.KindTerminate:
		s := syscall.Signal(code - 128)
		signal.Reset(s)
		if !signal.Ignored(s) && syscall.Kill(os.Getpid(), s) == nil {
			select {} // the signal comes at its own time
		}
	case netio.KindPipe:
		// Go's os package raises SIGPIPE for a write to a standard output
		// without a reader, once Notify is taken back.
		signal.Reset(syscall.SIGPIPE)
		_, _ = os.Stdout.Write([]byte{0})
	}
}
