//go:build linux

package main

import "context"

func (r *runner) relay(ctx context.Context) error {
	all := r.servers(fidRelay, nil, relayPeers())
	rivals := []bar{{against: []string{"haproxy", "rinetd", "socat"}, factor: 1}}
	figureOf := func(f figure) *figure {
		f.section = relaySection
		return newFigure(f, serverNames(all))
	}
	stream := int64(256 << 20)
	if r.opts.quick {
		stream = 64 << 20
	}
	return r.rounds(ctx, relaySection, []trial{
		{
			figures: []*figure{figureOf(figure{name: "ping-pong, 64 connections", unit: "requests/s", charted: true, bars: rivals,
				meaning: "64 clients send a message of 64 bytes, wait until it is back, and send the next."})},
			sample: over(all, r.relayed, r.rate(load{Kind: pingPong, Conns: 64}, 1)),
		}, {
			figures: []*figure{figureOf(figure{name: "connections", unit: "connections/s", charted: true, bars: rivals,
				meaning: "16 clients connect, send 64 bytes, read them back, close, and connect again."})},
			sample: over(all, r.relayed, r.rate(load{Kind: connections, Conns: 16}, 1)),
		}, {
			figures: []*figure{figureOf(figure{name: "bulk, 8 streams", unit: "GB/s", digits: 2, charted: true, bars: rivals,
				meaning: "8 clients send as fast as they can and compare what comes back; the rate is that of one way."})},
			sample: over(all, r.relayed, r.rate(load{Kind: bulk, Conns: 8, Bytes: stream}, 1e9)),
		}, {
			figures: []*figure{
				figureOf(figure{name: "idle memory", unit: "kB a connection", digits: 2, lower: true, charted: true,
					bars: []bar{{against: []string{"haproxy"}, factor: 1}}, meaning: memoryMeaning}),
				figureOf(figure{name: "descriptors", unit: "a connection", digits: 2, lower: true,
					bars: []bar{{factor: 2, exact: true}}, meaning: "File descriptors that an idle connection takes."}),
			},
			sample: over(all, r.relayed, r.idleness),
		},
	})
}

const memoryMeaning = "Memory that the processes of the server grow by with 1,000 idle connections, each after one " +
	"message there and back: resident memory, or proportional memory (Pss) where each connection has a process of its own. " +
	"What the kernel keeps for a connection is not in it."
