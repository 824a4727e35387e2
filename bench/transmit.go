//go:build linux

package main

import (
	"context"
	"fmt"
	"strconv"
	"time"
)

// leastRate is how slow a transfer may be before it counts as one without end.
const leastRate = 50e6

// sample carries the bytes from end to end once: GB/s, and processor seconds
// for a GB.
func (r *runner) sample(ctx context.Context, t tool, open func(context.Context) (*ends, error)) ([]float64, error) {
	limit := grace + time.Duration(float64(r.opts.size)/leastRate*float64(time.Second))
	limited, cancel := context.WithTimeoutCause(ctx, limit, &defect{didNotEnd, fmt.Errorf("killed after %v", limit.Round(time.Second))})
	defer cancel()
	e, err := open(limited)
	if err != nil {
		return nil, err
	}
	defer e.close()
	took, used, err := r.transmit(limited, t, e)
	if limited.Err() != nil {
		return nil, context.Cause(limited)
	}
	if err != nil {
		return nil, err
	}
	if err := e.check(); err != nil {
		return nil, err
	}
	gigabytes := float64(r.opts.size) / 1e9
	return []float64{gigabytes / took.Seconds(), used.Seconds() / gigabytes}, nil
}

// transmit runs receiver and sender: how long from the sender's start to the end
// of both, and the processor time of both.
func (r *runner) transmit(ctx context.Context, t tool, e *ends) (took, used time.Duration, err error) {
	port, err := r.freePort()
	if err != nil {
		return 0, 0, err
	}
	receiver, err := r.command(ctx, t.name+", receiving", t.receive(strconv.Itoa(port)))
	if err != nil {
		return 0, 0, err
	}
	receiver.cmd.Stdout = e.out
	if err := receiver.start(); err != nil {
		return 0, 0, err
	}
	defer receiver.stop()
	_ = e.out.Close() // so that who reads from it notices the receiver's end
	if err := receiver.awaitListener(ctx, port); err != nil {
		return 0, 0, err
	}
	sender, err := r.command(ctx, t.name+", sending", t.send(strconv.Itoa(port)))
	if err != nil {
		return 0, 0, err
	}
	sender.cmd.Stdin = e.in
	begin := time.Now()
	if err := sender.start(); err != nil {
		return 0, 0, err
	}
	defer sender.stop()
	for _, p := range []*process{sender, receiver} {
		<-p.done
		if p.err != nil {
			return 0, 0, p.failure()
		}
		used += p.cmd.ProcessState.UserTime() + p.cmd.ProcessState.SystemTime()
	}
	return time.Since(begin), used, nil
}
