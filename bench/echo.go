//go:build linux

package main

import "context"

func (r *runner) echo(ctx context.Context) error {
	var bare []server
	if r.bare != "" {
		bare = []server{bareEcho(r.bare)}
	}
	all := r.servers(fidEcho, bare, echoPeers())
	bars := []bar{{against: []string{bareName}, factor: 0.85}, {against: []string{"socat"}, factor: 1.5}}
	figureOf := func(f figure) *figure {
		f.section = echoSection
		return newFigure(f, serverNames(all))
	}
	return r.rounds(ctx, echoSection, []trial{
		{
			figures: []*figure{figureOf(figure{name: "ping-pong, 32 connections", unit: "requests/s", charted: true, bars: bars,
				meaning: "32 clients send a message of 64 bytes, wait until it is back, and send the next."})},
			sample: over(all, r.echoed, r.rate(load{Kind: pingPong, Conns: 32}, 1)),
		}, {
			figures: []*figure{figureOf(figure{name: "connections", unit: "connections/s", bars: bars,
				meaning: "16 clients connect, send 64 bytes, read them back, close, and connect again."})},
			sample: over(all, r.echoed, r.rate(load{Kind: connections, Conns: 16}, 1)),
		}, {
			figures: []*figure{
				figureOf(figure{name: "idle memory", unit: "kB a connection", digits: 2, lower: true,
					bars: []bar{{factor: 3}}, meaning: memoryMeaning}),
				figureOf(figure{name: "descriptors", unit: "a connection", digits: 2, lower: true,
					meaning: "File descriptors that an idle connection takes."}),
			},
			sample: over(all, r.echoed, r.idleness),
		},
	})
}
