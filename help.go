package main

import (
	"io"
	"os"
)

func (c *console) usage(w io.Writer)  { _, _ = io.WriteString(w, "fid: help\n") }
func (c *console) help(l commandLine) { c.usage(os.Stdout) }
func (c *console) version()           {}
