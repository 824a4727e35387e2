//go:build linux

package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// The sections, in the order in which they run.
const (
	startSection    = "start"
	transferSection = "transfer"
	relaySection    = "relay"
	echoSection     = "echo"
	scaleSection    = "scale"
)

func sections() []string {
	return []string{startSection, transferSection, relaySection, echoSection, scaleSection}
}

// peerNames are the programs that fid is compared with.
func peerNames() []string {
	return []string{ncName, "ncat", "socat", "haproxy", "rinetd", "nginx"}
}

type options struct {
	only     []string
	peers    []string // none is all
	rounds   int
	quick    bool
	duration time.Duration
	size     int64
	conns    int
	fid, vs  string
	write    bool
}

const usage = `usage: go run ./bench [flags], from the root of the repository

Measures fid against the tools of its kind that are installed here, prints
tables, and writes docs/benchmarks.md and docs/benchmarks.svg when everything is
measured, that is without -only, -peers, -quick and -vs (see -write).

`

// parseOptions reads the command line.
func parseOptions(args []string, help io.Writer) (options, error) {
	var o options
	var only, peers string
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.SetOutput(help)
	f.Usage = func() {
		_, _ = io.WriteString(help, usage) // nobody could be told
		f.PrintDefaults()
	}
	f.StringVar(&only, "only", strings.Join(sections(), ","), "the `sections` to run")
	f.StringVar(&peers, "peers", "", "the `peers` to compare with, by name (default all that are installed)")
	f.IntVar(&o.rounds, "rounds", 5, "so many samples of each figure; medians are compared")
	f.BoolVar(&o.quick, "quick", false, "less of everything, for a first impression: -duration 700ms, -size 256 MiB")
	f.DurationVar(&o.duration, "duration", 2*time.Second, "how long a measurement of requests or connections takes")
	f.Int64Var(&o.size, "size", 2<<30, "`bytes` of a transfer")
	f.IntVar(&o.conns, "conns", 20000, "the most connections that scale tries; the limit of descriptors may be lower")
	f.StringVar(&o.fid, "fid", "", "the fid to measure, a `file` (default is built from this source)")
	f.StringVar(&o.vs, "vs", "", "another fid to measure beside it, a `file`")
	f.BoolVar(&o.write, "write", false, "write the two files after a part, too; -write=false never writes")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	set := map[string]bool{}
	f.Visit(func(f *flag.Flag) { set[f.Name] = true })
	o.only, o.peers = list(only), list(peers)
	if !set["write"] {
		o.write = !set["only"] && !set["peers"] && !set["vs"] && !o.quick
	}
	if o.quick && !set["duration"] {
		o.duration = 700 * time.Millisecond
	}
	if o.quick && !set["size"] {
		o.size = 256 << 20
	}
	return o, o.check(f.Args())
}

func list(text string) []string {
	return strings.FieldsFunc(text, func(c rune) bool { return c == ',' })
}

func (o options) check(rest []string) error {
	if len(rest) > 0 {
		return fmt.Errorf("what is %q? -h lists the flags", rest[0])
	}
	for _, name := range o.only {
		if !slices.Contains(sections(), name) {
			return fmt.Errorf("-only: no section %q; there are %s", name, strings.Join(sections(), ", "))
		}
	}
	for _, name := range o.peers {
		if !slices.Contains(peerNames(), name) {
			return fmt.Errorf("-peers: no peer %q; there are %s", name, strings.Join(peerNames(), ", "))
		}
	}
	if o.rounds < 1 || o.duration <= 0 || o.size < 1 || o.conns < 1 {
		return errors.New("-rounds, -duration, -size and -conns must be above 0")
	}
	return nil
}

// runs tells whether a section is to run.
func (o options) runs(section string) bool { return slices.Contains(o.only, section) }

// wants tells whether a peer is to be compared with.
func (o options) wants(peer string) bool {
	return len(o.peers) == 0 || slices.Contains(o.peers, peer)
}
