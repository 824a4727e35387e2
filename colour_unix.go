//go:build unix

package main

// obeysColour: the terminal, whatever it is, has a name.
func obeysColour(term string) bool { return term != "" }
