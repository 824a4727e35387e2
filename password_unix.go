//go:build unix

package main

// Both are tty(4), the terminal of the process.
const (
	terminalInput  = "/dev/tty"
	terminalOutput = "/dev/tty"
)
