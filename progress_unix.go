//go:build unix

package main

import (
	"os"

	"golang.org/x/sys/unix"

	"fid/netio"
)

// isOurs reports whether the terminal is ours to draw on. A shell's job in the background would
// draw over its prompt, and what takes keys one by one, a pager, an editor, ssh, has all of it. A
// terminal that is not the one that controls us does not tell its group.
func isOurs(terminal *os.File) bool {
	fd := int(terminal.Fd())
	if group, err := unix.IoctlGetInt(fd, unix.TIOCGPGRP); err == nil && group != unix.Getpgrp() {
		return false
	}
	return netio.TakesLines(fd)
}
