//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package main

import (
	"os"
	"syscall"
)

// reportSignals ask for a report in mid-session: SIGINFO is Ctrl-T at a terminal.
func reportSignals() []os.Signal { return []os.Signal{syscall.SIGUSR1, syscall.SIGINFO} }
