package main

import "os/exec"

// underStrace runs a command under strace(1), with all that it starts.
func underStrace(flags ...string) func(*exec.Cmd) {
	return func(c *exec.Cmd) {
		c.Args = append(append([]string{"strace", "-f", "-qq"}, flags...), append([]string{"--", c.Path}, c.Args[1:]...)...)
		c.Path, c.Err = exec.LookPath("strace")
	}
}
