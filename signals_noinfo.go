//go:build unix && !(darwin || dragonfly || freebsd || netbsd || openbsd)

package main

import (
	"os"
	"syscall"
)

// reportSignals ask for a report in mid-session.
func reportSignals() []os.Signal { return []os.Signal{syscall.SIGUSR1} }
