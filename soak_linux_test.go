package main

import (
	"bytes"
	stdflag "flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// The soak: clients that come, stall, half-close, reset and come back at random, against
// every mode that serves, on every scheme. docs/testing.md has how it is run.
var (
	soakTime = stdflag.Duration("soak", 5*time.Second, "how long the load of the soak lasts, over all its servers")
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
	ends    string // the words of exit codes that its sessions may end with, besides delivered
}

func (r soakRow) name() string {
	return strings.Join(append(append([]string{r.mode}, r.flags...), r.at, r.target), " ")
}

func (r soakRow) isDatagrams() bool {
	return strings.HasPrefix(r.at, "udp:") || strings.HasPrefix(r.at, "unix-dgram:")
}

func soakRows() []soakRow {
	const many, some = 250, 60
	silence := []string{"--idle-timeout", fmt.Sprint(soakSilence.Seconds()), "--recv-buffer", "200k"}
	layer := []string{"--limit", "10G"} // no event loop carries these
	return []soakRow{
		{mode: "echo", at: "127.0.0.1:0", clients: many, ends: "reset"},
		{mode: "echo", flags: layer, at: "127.0.0.1:0", clients: many, ends: "reset"},
		{mode: "echo", at: "tls:127.0.0.1:0", clients: many, ends: "reset tls"},
		{mode: "echo", at: "unix:DIR/s", clients: many, ends: "reset"},
		{mode: "echo", at: "unix-seqpacket:DIR/s", clients: many, ends: "reset"},
		{mode: "echo", flags: silence, at: "udp:127.0.0.1:0", clients: many},
		{mode: "echo", flags: silence, at: "unix-dgram:DIR/s", clients: many},
		{mode: "relay", at: "127.0.0.1:0", target: "127.0.0.1:0", clients: many, ends: "reset"},
		{mode: "relay", flags: layer, at: "127.0.0.1:0", target: "tls:127.0.0.1:0", clients: many, ends: "reset"},
		{mode: "relay", at: "tls:127.0.0.1:0", target: "unix:DIR/t", clients: many, ends: "reset tls"},
		{mode: "relay", at: "unix:DIR/s", target: "127.0.0.1:0", clients: many, ends: "reset"},
		{mode: "relay", at: "unix-seqpacket:DIR/s", target: "unix-seqpacket:DIR/t", clients: many, ends: "reset"},
		{mode: "relay", flags: silence, at: "udp:127.0.0.1:0", target: "udp:127.0.0.1:0", clients: some},
		{mode: "relay", flags: silence, at: "unix-dgram:DIR/s", target: "unix-dgram:DIR/t", clients: some},
		{mode: "relay", at: "127.0.0.1:0", target: "exec:cat", clients: some, ends: "reset"},
		{mode: "listen", flags: []string{"-k"}, at: "127.0.0.1:0", clients: many, reply: soakNothing, tally: true, ends: "reset"},
		{mode: "listen", flags: []string{"-k"}, at: "unix:DIR/s", clients: many, reply: soakNothing, tally: true, ends: "reset"},
		{mode: "listen", flags: []string{"-k", "--output", "DIR/{n}-{peer}"}, at: "127.0.0.1:0", clients: many, reply: soakNothing, files: true, ends: "reset"},
		{mode: "listen", flags: []string{"-k", "--output", "DIR/{n}-{peer}"}, at: "tls:127.0.0.1:0", clients: many, reply: soakNothing, files: true, ends: "reset tls"},
		{mode: "listen", flags: []string{"-k", "--output", "DIR/{n}-{peer}"}, at: "unix-seqpacket:DIR/s", clients: many, reply: soakNothing, files: true, ends: "reset"},
		{mode: "listen", flags: []string{"-k", "--broker"}, at: "127.0.0.1:0", clients: some, reply: soakOthers, ends: "reset"},
		{mode: "listen", flags: []string{"-k", "-e", "cat"}, at: "127.0.0.1:0", clients: some, ends: "reset"},
		{mode: "listen", flags: append([]string{"-k", "-e", "cat"}, silence...), at: "udp:127.0.0.1:0", clients: some},
	}
}

// TestSoakLeavesNothingBehindAndLosesNoByte puts each server under load twice. After either
// half it must have no more descriptors than before, and no child; after the second no more
// memory or threads than after the first. Then what it told is compared with what its
// clients know.
func TestSoakLeavesNothingBehindAndLosesNoByte(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes -soak long, and more")
	}
	seed := *soakSeed
	for seed == 0 {
		seed = rand.Uint64()
	}
	rows := soakRows()
	for _, row := range rows {
		t.Run(row.name(), func(t *testing.T) {
			t.Logf("to have the same clients again: -soak.seed %d", seed)
			row.soaks(t, *soakTime/time.Duration(2*len(rows)), seed)
		})
	}
}

func (r soakRow) soaks(t *testing.T, half time.Duration, seed uint64) {
	s := r.starts(t, 2*half+2*soakSettling+patience)
	load := newSoakLoad(t, r, s.address)
	load.visits(0, rand.New(rand.NewPCG(seed, seed))) // what the first client has made stays
	var before, after []soakHoldings
	for _, p := range s.processes {
		before = append(before, soakHoldingsOf(t, p.cmd.Process.Pid))
	}
	load.lasts(half, seed)
	for i, p := range s.processes {
		after = append(after, before[i].settles(t, p))
	}
	load.lasts(half, seed+1)
	for i, p := range s.processes {
		after[i].compares(t, p, before[i].settles(t, p))
	}
	s.ends(t)
	for i, log := range s.logs {
		records := soakLog(t, log)
		if i < len(s.logs)-1 { // a relay's target, whose clients are the relay's
			soakSum(t, "echo", r.ends, records)
			continue
		}
		soakSum(t, r.mode, r.ends, records)
		load.ledger.compares(t, soakByClient(r.mode, records), r)
	}
	if r.tally {
		load.ledger.tallies(t, s.tallied())
	}
	if r.files {
		load.ledger.finds(t, s.dir)
	}
}

// compares allows for what the garbage collector leaves to chance.
func (first soakHoldings) compares(t *testing.T, p *process, second soakHoldings) {
	t.Logf("%s: %d kB, then %d; %d threads, then %d", p.cmd.Args[1], first.resident, second.resident, first.threads, second.threads)
	if second.resident > first.resident+first.resident/4+16<<10 {
		t.Errorf("fid %s: %d kB in memory after half of the load, %d after all", p.cmd.Args[1], first.resident, second.resident)
	}
	if second.threads > first.threads+16 {
		t.Errorf("fid %s: %d threads after half of the load, %d after all", p.cmd.Args[1], first.threads, second.threads)
	}
}

// A soakServer is a running fid, and the one that it relays to.
type soakServer struct {
	processes    []*process
	logs         []string // where each of them writes --json
	address, dir string
	tallied      func() [256]int64
}

func (r soakRow) starts(t *testing.T, limit time.Duration) *soakServer {
	s := &soakServer{dir: soakDirectory(t)}
	args := append([]string{r.mode}, r.flags...)
	target := r.target
	if target != "" && !strings.HasPrefix(target, "exec:") {
		silence := []string{}
		if r.isDatagrams() {
			silence = r.flags
		}
		target = s.starting(t, limit, nil, append(append([]string{"echo"}, silence...), target)...)
		if strings.HasPrefix(target, "tls:") {
			args = append(args, "--insecure")
		}
	}
	args = append(args, r.at)
	if target != "" {
		args = append(args, target)
	}
	var stdout *os.File
	if r.tally {
		var read *os.File
		read, stdout = pipe(t)
		s.tallied = soakTally(t, read)
	}
	s.address = s.starting(t, limit, stdout, args...)
	if stdout != nil {
		_ = stdout.Close()
	}
	return s
}

// soakDirectory is one whose name is short enough for that of a socket.
func soakDirectory(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "soak")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// starting starts one fid, and returns where it listens.
func (s *soakServer) starting(t *testing.T, limit time.Duration, stdout *os.File, args ...string) string {
	t.Helper()
	ready, address := readyPipe(t)
	for i := range args {
		args[i] = strings.ReplaceAll(args[i], "DIR", s.dir)
	}
	log, err := os.Create(fmt.Sprintf("%s/.json-%d", s.dir, len(s.processes)))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	p := beginFor(t, limit, nil, func(c *exec.Cmd) {
		ready(c)
		c.Stderr = log
		if stdout != nil {
			c.Stdout = stdout
		}
	}, append([]string{args[0], "--json", "--ready-fd", "3"}, args[1:]...)...)
	s.processes, s.logs = append(s.processes, p), append(s.logs, log.Name())
	return address()
}

// ends ends the servers, who leave no socket.
func (s *soakServer) ends(t *testing.T) {
	for _, p := range s.processes {
		_ = p.cmd.Process.Signal(syscall.SIGTERM)
		if code := p.code(); code != 143 {
			t.Errorf("fid %s: exit %d", strings.Join(p.cmd.Args[1:], " "), code)
		}
	}
	left, _ := filepath.Glob(s.dir + "/[st]")
	if len(left) > 0 {
		t.Errorf("left behind: %s", left)
	}
}

// soakTally counts the bytes of each value that come, until all have.
func soakTally(t *testing.T, from *os.File) func() [256]int64 {
	var counts [256]int64
	var counting sync.WaitGroup
	counting.Go(func() {
		buf := make([]byte, 256<<10)
		for {
			n, err := from.Read(buf)
			for value := range counts {
				counts[value] += int64(bytes.Count(buf[:n], []byte{byte(value)}))
			}
			if err != nil {
				return
			}
		}
	})
	return func() [256]int64 { counting.Wait(); return counts }
}
