package main

// The console's two sides.
const (
	terminalInput  = "CONIN$"
	terminalOutput = "CONOUT$"
)
