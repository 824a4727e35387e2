package main

import "os"

// The files that a whole run writes.
const (
	docsDir   = "docs"
	pageFile  = docsDir + "/benchmarks.md"
	chartFile = docsDir + "/benchmarks.svg"
)

func (r report) write() error {
	if err := os.WriteFile(pageFile, r.markdown(), 0o644); err != nil {
		return err
	}
	return os.WriteFile(chartFile, r.svg(), 0o644)
}
