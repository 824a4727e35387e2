//go:build linux

package main

import (
	"context"
	"time"
)

// A probe takes a sample from a server that runs.
type probe func(context.Context, *running) ([]float64, error)

// A stage starts a server, and what it needs, for one sample.
type stage func(context.Context, server, probe) ([]float64, error)

// over is the sample of a trial whose contenders are servers.
func over(all []server, on stage, p probe) func(context.Context, int) ([]float64, error) {
	return func(ctx context.Context, i int) ([]float64, error) { return on(ctx, all[i], p) }
}

// target is the echo server behind every relay: as little as there can be.
func (r *runner) target() server {
	if r.bare == "" {
		return fidEcho("target", r.fids[0].path)
	}
	return bareEcho(r.bare)
}

// relayed is the stage of relays.
func (r *runner) relayed(ctx context.Context, s server, p probe) ([]float64, error) {
	behind, err := r.serve(ctx, r.target(), 0)
	if err != nil {
		return nil, err
	}
	defer behind.stop()
	return r.before(ctx, s, behind.port, p)
}

// echoed is the stage of servers that need nobody else.
func (r *runner) echoed(ctx context.Context, s server, p probe) ([]float64, error) {
	return r.before(ctx, s, 0, p)
}

func (r *runner) before(ctx context.Context, s server, target int, p probe) ([]float64, error) {
	up, err := r.serve(ctx, s, target)
	if err != nil {
		return nil, err
	}
	defer up.stop()
	return p(ctx, up)
}

// warmUp is how long a load runs before it counts.
const warmUp = 300 * time.Millisecond

// rate measures how much of a load is done in a second, in units of unit.
func (r *runner) rate(l load, unit float64) probe {
	l.Warm, l.Last = warmUp, r.opts.duration
	return func(ctx context.Context, s *running) ([]float64, error) {
		l := l
		l.Port = s.port
		got, err := r.generate(ctx, l)
		if err != nil {
			return nil, err
		}
		return []float64{got.Count / got.Seconds / unit}, nil
	}
}
