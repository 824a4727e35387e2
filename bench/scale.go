//go:build linux

package main

import (
	"context"
	"slices"
)

// The bar of this section compares these two crowds.
const (
	smallCrowd = 100
	largeCrowd = 5000
)

// spareDescriptors are what a server needs besides its connections.
const spareDescriptors = 100

// crowds are the numbers of connections that are tried, up to what the limit of
// descriptors lets a server serve that takes perEnd for each.
func (r *runner) crowds(perEnd int) []int {
	most := min(r.opts.conns, (r.descriptors-spareDescriptors)/perEnd)
	all := []int{smallCrowd, 1000, largeCrowd, most}
	slices.Sort(all)
	return slices.Compact(slices.DeleteFunc(all, func(n int) bool { return n > most }))
}

func crowdName(n int) string { return number(float64(n), 0) + " connections" }

// scale measures how fid bears a crowd, against itself. The bare server shows
// what of that is the machine.
func (r *runner) scale(ctx context.Context) error {
	bars := []bar{{against: []string{crowdName(smallCrowd)}, factor: 2.0 / 3}}
	var trials []trial
	for _, f := range r.fids {
		trials = append(trials,
			r.crowded(fidRelay(f.name+" relay", f.path), r.crowds(2), bars, r.relayed),
			r.crowded(fidEcho(f.name+" echo", f.path), r.crowds(1), bars, r.echoed))
	}
	if r.bare != "" {
		trials = append(trials, r.crowded(bareEcho(r.bare), r.crowds(1), nil, r.echoed))
	}
	return r.rounds(ctx, scaleSection, trials)
}

// crowded measures one server with each number of connections.
func (r *runner) crowded(s server, crowds []int, bars []bar, on stage) trial {
	var names []string
	for _, n := range crowds {
		names = append(names, crowdName(n))
	}
	f := figure{section: scaleSection, name: s.name, unit: "requests/s", subject: crowdName(largeCrowd),
		bars:    bars,
		meaning: "Ping-pong with messages of 64 bytes on so many connections at once."}
	return trial{
		figures: []*figure{newFigure(f, names)},
		sample: func(ctx context.Context, i int) ([]float64, error) {
			return on(ctx, s, r.rate(load{Kind: pingPong, Conns: crowds[i]}, 1))
		},
	}
}
