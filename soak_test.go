package main

import (
	stdflag "flag"
	"math/rand/v2"
	"strings"
	"testing"
)

// The soak: clients that come, stall, half-close, reset and come back at random, against
// every mode that serves, on every scheme. docs/testing.md has how it is run.
var (
	soakTime = stdflag.Duration("soak", 0, "how long the load of the soak lasts, over all its servers; 0 is a moment, and some of them")
	soakSeed = stdflag.Uint64("soak.seed", 0, "what the clients of the soak do; 0 is another each time")
)

// A soakRow is a server.
type soakRow struct {
	mode    string
	flags   []string
	at      string // where it listens; DIR is a directory
	target  string // of a relay: where a fid echo listens, or what is no address of one
	clients int
	reply   soakReply
	tally   bool   // what comes goes to standard output
	files   bool   // … into files
	brief   bool   // it is a part of every test run
	ends    string // the words of exit codes that its sessions may end with, besides delivered
}

func (r soakRow) name() string {
	return strings.Join(append(append([]string{r.mode}, r.flags...), r.at, r.target), " ")
}

func (r soakRow) isDatagrams() bool {
	return strings.HasPrefix(r.at, "udp:") || strings.HasPrefix(r.at, "unix-dgram:")
}

// soakSeeded is what was asked for, or anything.
func soakSeeded(t *testing.T) uint64 {
	seed := *soakSeed
	for seed == 0 {
		seed = rand.Uint64()
	}
	t.Logf("to have the same clients again: -soak.seed %d", seed)
	return seed
}

// soakLoads is how often a server is put under load until its memory has stopped to grow:
// one that leaks grows each time.
const soakLoads = 6
