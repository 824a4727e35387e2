package main

import "os"

// inForeground reports whether the terminal is ours to draw on.
func inForeground(*os.File) bool { return true }
