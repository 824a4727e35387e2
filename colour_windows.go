package main

import (
	"os"

	"golang.org/x/sys/windows"
)

// obeysColour: the console reads escape sequences, and need not be told to.
func obeysColour(term string) bool {
	var mode uint32
	err := windows.GetConsoleMode(windows.Handle(os.Stderr.Fd()), &mode)
	return term != "" || err == nil && mode&windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING != 0
}
