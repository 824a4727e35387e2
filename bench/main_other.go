//go:build !linux

// Command bench measures fid against the tools of its kind.
package main

import "log"

func main() { log.Fatal("the benchmarks need Linux") }
