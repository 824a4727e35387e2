package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

func soakRows() []soakRow {
	const many, some, few = 250, 60, 20
	// Who is silent for so long has gone. No more come meanwhile than are let in, and a
	// session's buffer, which holds the largest datagram, is not large.
	silence := []string{"--idle-timeout", "1", "--max-conns", "4000", "--recv-buffer", "200k", "--send-buffer", "8k"}
	layer := []string{"--limit", "10G"} // no event loop carries these
	return []soakRow{
		{mode: "echo", at: "127.0.0.1:0", brief: true, clients: many, ends: "reset"},
		{mode: "echo", flags: layer, at: "127.0.0.1:0", clients: many, ends: "reset"},
		{mode: "echo", at: "tls:127.0.0.1:0", brief: true, clients: many, ends: "reset tls"},
		{mode: "echo", at: "unix:DIR/s", clients: many, ends: "reset"},
		{mode: "echo", at: "unix-seqpacket:DIR/s", clients: many, ends: "reset"},
		{mode: "echo", flags: silence, at: "udp:127.0.0.1:0", brief: true, clients: some},
		{mode: "echo", flags: silence, at: "unix-dgram:DIR/s", clients: few, ends: "refused"},
		{mode: "relay", at: "127.0.0.1:0", target: "127.0.0.1:0", brief: true, clients: many, ends: "reset"},
		{mode: "relay", flags: layer, at: "127.0.0.1:0", target: "tls:127.0.0.1:0", clients: many, ends: "reset"},
		{mode: "relay", at: "tls:127.0.0.1:0", target: "unix:DIR/t", clients: many, ends: "reset tls"},
		{mode: "relay", at: "unix:DIR/s", target: "127.0.0.1:0", clients: many, ends: "reset"},
		{mode: "relay", at: "unix-seqpacket:DIR/s", target: "unix-seqpacket:DIR/t", brief: true, clients: many, ends: "reset"},
		{mode: "relay", flags: silence, at: "udp:127.0.0.1:0", target: "udp:127.0.0.1:0", clients: some},
		{mode: "relay", flags: silence, at: "unix-dgram:DIR/s", target: "unix-dgram:DIR/t", clients: few, ends: "refused"},
		{mode: "relay", at: "127.0.0.1:0", target: "exec:cat", clients: some, ends: "reset"},
		{mode: "listen", flags: []string{"-k"}, at: "127.0.0.1:0", clients: many, reply: soakNothing, tally: true, ends: "reset"},
		{mode: "listen", flags: []string{"-k"}, at: "unix:DIR/s", brief: true, clients: many, reply: soakNothing, tally: true, ends: "reset"},
		{mode: "listen", flags: []string{"-k", "--output", "DIR/{n}-{peer}"}, at: "127.0.0.1:0", brief: true, clients: many, reply: soakNothing, files: true, ends: "reset"},
		{mode: "listen", flags: []string{"-k", "--output", "DIR/{n}-{peer}"}, at: "tls:127.0.0.1:0", clients: many, reply: soakNothing, files: true, ends: "reset tls"},
		{mode: "listen", flags: []string{"-k", "--output", "DIR/{n}-{peer}"}, at: "unix-seqpacket:DIR/s", clients: many, reply: soakNothing, files: true, ends: "reset"},
		{mode: "listen", flags: []string{"-k", "--broker"}, at: "127.0.0.1:0", clients: some, reply: soakOthers, ends: "reset"},
		{mode: "listen", flags: []string{"-k", "-e", "cat"}, at: "127.0.0.1:0", brief: true, clients: some, ends: "reset"},
		{mode: "listen", flags: append([]string{"-k", "-e", "cat"}, silence...), at: "udp:127.0.0.1:0", clients: some},
	}
}

// TestSoakLeavesNothingBehindAndLosesNoByte puts each server under load again and again.
// After each load it must have no more descriptors than before, no session and no child; and
// its memory must stop to grow. Then what it told is compared with what its clients know.
func TestSoakLeavesNothingBehindAndLosesNoByte(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes -soak long, and more")
	}
	rows := soakRows()
	if *soakTime == 0 {
		rows = slices.DeleteFunc(rows, func(r soakRow) bool { return !r.brief })
	}
	seed := soakSeeded(t)
	for _, row := range rows {
		t.Run(row.name(), func(t *testing.T) { row.soaks(t, *soakTime/time.Duration(3*len(rows)), seed) })
	}
}

func (r soakRow) soaks(t *testing.T, once time.Duration, seed uint64) {
	s := r.starts(t, soakLoads*(once+soakSettling)+patience)
	load := newSoakLoad(t, r, s.address)
	load.visits(0, rand.New(rand.NewPCG(seed, seed))) // what the first client has made stays
	for _, p := range s.processes {
		p.before = soakHoldingsOf(t, p.process)
	}
	for n := range uint64(soakLoads) {
		load.lasts(once, seed+n)
		if s.settles(t) || t.Failed() {
			break
		}
	}
	for _, p := range s.processes {
		what := fmt.Sprintf("fid %s after each load: %d kB in memory, %d threads", p.cmd.Args[1], p.resident, p.threads)
		if !p.steady && !t.Failed() {
			t.Error("it has grown each time: " + what)
		}
		t.Log(what)
	}
	s.ends(t)
	s.balances(t, load.ledger, r)
	if r.tally {
		load.ledger.tallies(t, s.tallied())
	}
	if r.files {
		load.ledger.finds(t, s.dir)
	}
}

// balances compares what was told: by a relay with its target, by who serves the clients
// with them.
func (s *soakServer) balances(t *testing.T, l *soakLedger, r soakRow) {
	t.Helper()
	var up, down int64
	for i, p := range slices.Backward(s.processes) {
		mode, clients := p.cmd.Args[1], soakClients{}
		u, d := soakSum(t, mode, r.ends, soakLog(t, p.log.Name()), func(told soakRecord) { clients.adds(mode, told) })
		if i == len(s.processes)-1 {
			l.compares(t, clients, r)
			up, down = u, d
		} else if u > up || d < down { // less and more where sessions broke
			t.Errorf("the target had %d bytes of %d, and said %d, of which %d were passed on", u, up, d, down)
		}
	}
}

// A soakServer is a running fid, behind the one that it relays to, if any.
type soakServer struct {
	processes    []*soakProcess
	address, dir string
	tallied      func() [256]int64
}

// settles reports whether none of the processes grows any more.
func (s *soakServer) settles(t *testing.T) bool {
	t.Helper()
	steady := true
	for _, p := range s.processes {
		p.notes(p.settles(t))
		steady = steady && p.steady
	}
	return steady
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
	told, err := os.Open(log.Name())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = told.Close() })
	p := beginFor(t, limit, nil, func(c *exec.Cmd) {
		ready(c)
		c.Stderr = log
		if stdout != nil {
			c.Stdout = stdout
		}
	}, append([]string{args[0], "--json", "--ready-fd", "3"}, args[1:]...)...)
	s.processes = append(s.processes, &soakProcess{process: p, log: told})
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
