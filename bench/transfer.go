//go:build linux

package main

import (
	"context"
	"fmt"
	"os"
	"strconv"
)

// A tool is a contender that carries its standard input to the standard output
// of another of its kind.
type tool struct {
	name          string
	send, receive func(port string) []string
}

func fidTool(name, path string) tool {
	return tool{name,
		func(port string) []string { return []string{path, "connect", "127.0.0.1", port} },
		func(port string) []string { return []string{path, "listen", "127.0.0.1", port} }}
}

func ncTool(path string) tool {
	return tool{ncName,
		func(port string) []string { return []string{path, "-N", "127.0.0.1", port} },
		func(port string) []string { return []string{path, "-l", "127.0.0.1", port} }}
}

// ncatTool says which way the data goes: without that, a receiver at the end of
// its own input makes ncat stop early.
func ncatTool(path string) tool {
	return tool{"ncat",
		func(port string) []string { return []string{path, "--send-only", "127.0.0.1", port} },
		func(port string) []string { return []string{path, "-l", "--recv-only", "127.0.0.1", port} }}
}

func socatTool(path string) tool {
	return tool{"socat",
		func(port string) []string { return []string{path, "-u", "-", "TCP:127.0.0.1:" + port} },
		func(port string) []string {
			return []string{path, "-u", "TCP-LISTEN:" + port + ",bind=127.0.0.1,reuseaddr", "-"}
		}}
}

// tools are the contenders of this section.
func (r *runner) tools() []tool {
	var all []tool
	for _, f := range r.fids {
		all = append(all, fidTool(f.name, f.path))
	}
	if path, ok := r.nc(); ok {
		all = append(all, ncTool(path))
	}
	if path, ok := r.locate("ncat"); ok {
		all = append(all, ncatTool(path))
	}
	if path, ok := r.locate("socat"); ok {
		all = append(all, socatTool(path))
	}
	return all
}

// bareTool is two roles of this program: what the machine can do.
func (r *runner) bareTool() tool {
	size := strconv.FormatInt(r.opts.size, 10)
	return tool{"ceiling",
		func(port string) []string { return []string{r.self, roleFlag, sourceRun, port + " " + size} },
		func(port string) []string { return []string{r.self, roleFlag, sinkRun, port} }}
}

func (r *runner) transfer(ctx context.Context) error {
	store, err := newStore(r.opts.size)
	if err != nil {
		return err
	}
	defer store.remove()
	all := r.tools()
	var names []string
	for _, t := range all {
		names = append(names, t.name)
	}
	trials := []trial{r.ceiling()}
	for _, w := range r.ways(store) {
		trials = append(trials, r.transmission(w, all, names))
	}
	return r.rounds(ctx, transferSection, trials)
}

// A way is where the bytes come from and where they go.
type way struct {
	name, note string
	open       func(context.Context) (*ends, error)
}

func (r *runner) ways(s *store) []way {
	return []way{{
		name: "file to /dev/null",
		note: "The file is in memory.",
		open: func(context.Context) (*ends, error) { return fileToNull(s.source(), s.size) },
	}, {
		name: "pipe to pipe",
		note: "Two more processes write zeros and count what comes; their time is nobody's.",
		open: r.pipeToPipe,
	}, {
		name: "file to file",
		note: "Both files are in memory, and the second is overwritten in place: a new one would measure " +
			"how a virtual machine gets memory from its host.",
		open: func(context.Context) (*ends, error) { return fileToFile(s) },
	}}
}

func (r *runner) transmission(w way, all []tool, names []string) trial {
	peers := []string{ncName, "ncat", "socat"}
	size := fmt.Sprintf("%s MiB", number(float64(r.opts.size)/(1<<20), 0))
	rate := figure{section: transferSection, name: w.name, unit: "GB/s", digits: 2, charted: true,
		bars: []bar{{against: peers, factor: 1.3}},
		meaning: size + " from one process of the tool to another over loopback TCP, " +
			"from the start of the sender to the end of both. " + w.note}
	cost := figure{section: transferSection, name: w.name + ", processor time", unit: "s/GB", digits: 3, lower: true,
		bars:    []bar{{against: peers, factor: 1.05}},
		meaning: "User and system time of sender and receiver for a GB of the same transfer."}
	return trial{
		figures: []*figure{newFigure(rate, names), newFigure(cost, names)},
		sample: func(ctx context.Context, i int) ([]float64, error) {
			return r.sample(ctx, all[i], w.open)
		},
	}
}

// ceiling measures what two processes do that only send and only receive.
func (r *runner) ceiling() trial {
	bare := r.bareTool()
	names := []string{bare.name}
	rate := figure{section: transferSection, name: "the machine's ceiling", unit: "GB/s", digits: 2, subject: bare.name,
		meaning: "A process that writes 1 MiB at a time from memory, and another that reads and throws away."}
	cost := figure{section: transferSection, name: "the machine's ceiling, processor time", unit: "s/GB", digits: 3,
		lower: true, subject: bare.name, meaning: "User and system time of both for a GB."}
	return trial{
		figures: []*figure{newFigure(rate, names), newFigure(cost, names)},
		sample: func(ctx context.Context, _ int) ([]float64, error) {
			return r.sample(ctx, bare, func(context.Context) (*ends, error) { return fileToNull(os.DevNull, 0) })
		},
	}
}
