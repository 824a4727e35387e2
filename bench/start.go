//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"syscall"
	"time"
)

// A check is how a contender is asked whether a port is open.
type check struct {
	name string
	argv []string
}

// checks are the contenders of this section.
func (r *runner) checks(port string) []check {
	var all []check
	for _, f := range r.fids {
		all = append(all, check{f.name, []string{f.path, "-z", "127.0.0.1", port}})
	}
	if path, ok := r.nc(); ok {
		all = append(all, check{ncName, []string{path, "-z", "127.0.0.1", port}})
	}
	if path, ok := r.locate("socat"); ok {
		all = append(all, check{"socat", []string{path, "-u", "OPEN:" + os.DevNull, "TCP:127.0.0.1:" + port}})
	}
	if path, ok := r.locate("ncat"); ok {
		all = append(all, check{"ncat", []string{path, "-z", "127.0.0.1", port}})
	}
	return all
}

// nc is the one of OpenBSD, if it is installed under its own name.
func (r *runner) nc() (string, bool) {
	if path, err := find("nc.openbsd"); err == nil {
		return path, r.opts.wants(ncName)
	}
	return r.locate(ncName)
}

// checksInRound is how many processes of each contender a round starts; quick
// rounds start fewer.
const (
	checksInRound      = 100
	quickChecksInRound = 30
)

func (r *runner) start(ctx context.Context) error {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer func() { _ = l.Close() }()
	go acceptAndClose(l)
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer func() { _ = null.Close() }()
	all := r.checks(strconv.Itoa(l.Addr().(*net.TCPAddr).Port))
	var names []string
	for _, c := range all {
		names = append(names, c.name)
	}
	t := trial{
		figures: []*figure{newFigure(figure{section: startSection, name: "port check", unit: "ms",
			digits: 2, lower: true, charted: true,
			bars:    []bar{{against: []string{ncName}, factor: 1.5}, {against: []string{"socat"}, factor: 1}},
			meaning: "From before the start of a process that checks one open port (`-z`) to after its end."}, names)},
		sample: func(ctx context.Context, i int) ([]float64, error) {
			took, err := lifetime(ctx, all[i].argv, null)
			return []float64{float64(took) / float64(time.Millisecond)}, err
		},
	}
	many := checksInRound
	if r.opts.quick {
		many = quickChecksInRound
	}
	for n := range r.opts.rounds {
		r.say("%s: round %d of %d", startSection, n+1, r.opts.rounds)
		for i := range many {
			if err := round(ctx, i, []trial{t}); err != nil {
				return err
			}
		}
	}
	return r.keep([]trial{t})
}

// acceptAndClose serves the checks until the listener is closed.
func acceptAndClose(l net.Listener) {
	for {
		c, err := l.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err == nil {
			_ = c.Close()
		}
	}
}

// lifetime is how long a process takes from before its start to after its end.
// It goes without os/exec, which would start goroutines of its own.
func lifetime(ctx context.Context, argv []string, null *os.File) (time.Duration, error) {
	attr := &os.ProcAttr{Files: []*os.File{null, null, null}, Sys: &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}}
	begin := time.Now()
	p, err := os.StartProcess(argv[0], argv, attr)
	if err != nil {
		return 0, err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	defer context.AfterFunc(ctx, func() { _ = p.Kill() })()
	state, err := p.Wait()
	took := time.Since(begin)
	if err == nil && !state.Success() {
		err = fmt.Errorf("%s", state)
	}
	return took, err
}
