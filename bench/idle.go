//go:build linux

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
)

// idleConns are how many idle connections are divided by.
const idleConns = 1000

// idleness measures what an idle connection takes of a server, in kB of memory
// and in descriptors. A first connection is served before, so that what a
// program loads once is not counted.
func (r *runner) idleness(ctx context.Context, s *running) ([]float64, error) {
	ctx, cancel := context.WithTimeout(ctx, grace)
	defer cancel()
	spec, err := json.Marshal(load{Kind: idle, Port: s.port, Conns: idleConns})
	if err != nil {
		return nil, err
	}
	p, err := r.command(ctx, "client", []string{r.self, roleFlag, clientRun, string(spec)})
	if err != nil {
		return nil, err
	}
	in, err := p.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	// Not StdoutPipe, which is closed as soon as the process ends.
	out, theirs, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer func() { _ = out.Close() }()
	p.cmd.Stdout = theirs
	err = p.start()
	_ = theirs.Close()
	if err != nil {
		return nil, err
	}
	defer p.stop()
	costs, err := compare(in, bufio.NewReader(out), s)
	if errors.Is(err, io.EOF) {
		<-p.done
		return nil, p.failure()
	}
	return costs, err
}

// measureOf says which memory counts: where each connection has its process,
// what those share is counted once.
func measureOf(forks bool) string {
	if forks {
		return "Pss:"
	}
	return "Rss:"
}

// compare takes a server's footprint before and after the idle connections,
// which the client opens for a line on its input and reports on its output.
func compare(client io.Writer, reports *bufio.Reader, s *running) ([]float64, error) {
	var taken [2]footprint
	for i := range taken {
		if _, err := reports.ReadString('\n'); err != nil {
			return nil, err
		}
		f, err := footprintOf(s.cmd.Process.Pid, measureOf(s.forks))
		if err != nil {
			return nil, err
		}
		taken[i] = f
		if i == 0 {
			if _, err := io.WriteString(client, "\n"); err != nil {
				return nil, err
			}
		}
	}
	kB := taken[1].kB - taken[0].kB
	descriptors := float64(taken[1].descriptors - taken[0].descriptors)
	return []float64{kB / idleConns, descriptors / idleConns}, nil
}
