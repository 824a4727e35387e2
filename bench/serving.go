//go:build linux

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"time"
)

// A running server, and where it listens.
type running struct {
	*process
	port  int
	forks bool
}

// serve starts a server and waits until it listens. target is the port behind
// it, 0 if there is none.
func (r *runner) serve(ctx context.Context, s server, target int) (*running, error) {
	port, err := r.freePort()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(r.dir, s.name+"-*")
	if err != nil {
		return nil, err
	}
	argv, err := s.argv(setup{s.path, dir, port, target, r.descriptors})
	if err != nil {
		return nil, err
	}
	p, err := r.command(ctx, s.name, argv)
	if err != nil {
		return nil, err
	}
	if err := p.start(); err != nil {
		return nil, err
	}
	if err := p.awaitListener(ctx, port); err != nil {
		p.stop()
		return nil, err
	}
	return &running{p, port, s.forks}, nil
}

// grace is how much longer than its load a client may take, for what comes
// before and after.
const grace = 30 * time.Second

// generate runs a load in a client of its own.
func (r *runner) generate(ctx context.Context, l load) (result, error) {
	spec, err := json.Marshal(l)
	if err != nil {
		return result{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, l.Warm+l.Last+grace)
	defer cancel()
	p, err := r.command(ctx, "client", []string{r.self, roleFlag, clientRun, string(spec)})
	if err != nil {
		return result{}, err
	}
	var out bytes.Buffer
	p.cmd.Stdout = &out
	if err := p.start(); err != nil {
		return result{}, err
	}
	defer p.stop()
	<-p.done
	if p.err != nil {
		return result{}, p.failure()
	}
	var got result
	return got, json.Unmarshal(out.Bytes(), &got)
}
