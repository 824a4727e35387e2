package main

import "os"

// isOurs reports whether the terminal is ours to draw on.
func isOurs(*os.File) bool { return true }
