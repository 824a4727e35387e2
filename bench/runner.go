//go:build linux

package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"time"

	"golang.org/x/sys/unix"
)

// A runner is one run of the benchmark.
type runner struct {
	opts        options
	out         io.Writer // tables
	progress    io.Writer
	dir         string // scratch, removed at the end
	self        string // this program, for its roles
	bare        string // the compiled C program, or empty
	fids        []program
	descriptors int // the limit of open descriptors
	port        int // the last one given out
	figures     []*figure
	missing     []string // what is not installed
}

func newRunner(ctx context.Context, opts options) (*runner, error) {
	r := &runner{opts: opts, out: os.Stdout, progress: os.Stderr, port: firstPort + os.Getpid()%(lastPort-firstPort)}
	if _, err := os.Stat(docsDir); err != nil && opts.write {
		return nil, fmt.Errorf("run this from the root of the repository: %w", err)
	}
	var err error
	if r.self, err = os.Executable(); err != nil {
		return nil, err
	}
	if r.descriptors, err = raiseLimit(); err != nil {
		return nil, err
	}
	// Processes that lose their parent come to us, to be reaped.
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		return nil, os.NewSyscallError("PR_SET_CHILD_SUBREAPER", err)
	}
	if r.dir, err = os.MkdirTemp("", "fid-bench-*"); err != nil {
		return nil, err
	}
	if err := r.build(ctx); err != nil {
		r.close()
		return nil, err
	}
	return r, nil
}

func (r *runner) close() { _ = os.RemoveAll(r.dir) }

// raiseLimit lets us and our children open as many descriptors as we may.
func raiseLimit() (int, error) {
	var l unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &l); err != nil {
		return 0, os.NewSyscallError("getrlimit", err)
	}
	l.Cur = l.Max
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &l); err != nil {
		return 0, os.NewSyscallError("setrlimit", err)
	}
	return int(min(l.Max, 1<<20)), nil
}

// lacks notes a program that is not installed.
func (r *runner) lacks(name string) {
	if !slices.Contains(r.missing, name) {
		r.missing = append(r.missing, name)
	}
}

// locate returns the path of a peer that is wanted and installed.
func (r *runner) locate(name string) (string, bool) {
	if !r.opts.wants(name) {
		return "", false
	}
	path, err := find(name)
	if err != nil {
		r.lacks(name)
	}
	return path, err == nil
}

// say tells how far the run is.
func (r *runner) say(format string, args ...any) {
	fmt.Fprintf(r.progress, "bench: "+format+"\n", args...)
}

// The ports that are given out lie below those that the kernel gives to outgoing
// connections.
const (
	firstPort = 20000
	lastPort  = 31999
)

// freePort returns a port that nobody has had for long. Each run begins
// elsewhere, so that two at once seldom want the same.
func (r *runner) freePort() (int, error) {
	for range lastPort - firstPort {
		r.port++
		if r.port > lastPort {
			r.port = firstPort
		}
		l, err := net.Listen("tcp4", fmt.Sprintf("127.0.0.1:%d", r.port))
		if err != nil {
			continue // somebody else's
		}
		return r.port, l.Close()
	}
	return 0, fmt.Errorf("no free port from %d to %d", firstPort, lastPort)
}

// run measures what was asked for, section by section, and writes the files.
func (r *runner) run(ctx context.Context) error {
	begin := time.Now()
	measure := map[string]func(context.Context) error{
		startSection:    r.start,
		transferSection: r.transfer,
		relaySection:    r.relay,
		echoSection:     r.echo,
		scaleSection:    r.scale,
	}
	for _, section := range sections() {
		if !r.opts.runs(section) {
			continue
		}
		if err := measure[section](ctx); err != nil {
			return fmt.Errorf("%s: %w", section, err)
		}
	}
	for _, name := range r.missing {
		r.say("not installed: %s; apt-get install %s", name, packageOf(name))
	}
	if !r.opts.write {
		return nil
	}
	facts, err := r.facts(ctx)
	if err != nil {
		return err
	}
	return report{begin, time.Since(begin), r.opts.rounds, facts, r.missing, r.figures}.write()
}

// keep prints the figures of a section and keeps them for the files.
func (r *runner) keep(trials []trial) error {
	for _, t := range trials {
		for _, f := range t.figures {
			if err := printFigure(r.out, f); err != nil {
				return err
			}
			r.figures = append(r.figures, f)
		}
	}
	return nil
}
