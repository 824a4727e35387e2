package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// soakSettling is how long the sessions of clients that are gone may take to end: a relay on
// goroutines asks every 30 s for clients whose reset nobody tells it.
const soakSettling = 75 * time.Second

// soakHoldings are what the kernel says that a process has (proc(5)).
type soakHoldings struct {
	descriptors []string // what they are of
	children    []string
	threads     int
	resident    int // kB
}

func soakHoldingsOf(t *testing.T, p *process) (h soakHoldings) {
	t.Helper()
	dir := fmt.Sprintf("/proc/%d/", p.cmd.Process.Pid)
	entries, err := os.ReadDir(dir + "fd")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if name, err := os.Readlink(dir + "fd/" + e.Name()); err == nil {
			h.descriptors = append(h.descriptors, name)
		}
	}
	slices.Sort(h.descriptors)
	h.children = p.children()
	status, err := os.ReadFile(dir + "status")
	if err != nil {
		t.Fatal(err)
	}
	h.threads, h.resident = soakStatus(string(status), "Threads:"), soakStatus(string(status), "VmRSS:")
	return h
}

func soakStatus(status, name string) int {
	_, rest, _ := strings.Cut(status, name)
	n, _ := strconv.Atoi(strings.Fields(rest + " 0")[0])
	return n
}

// A soakProcess is a fid under load, and what it had before.
type soakProcess struct {
	*process
	log            *os.File // what it writes of --json, read on and on
	before         soakHoldings
	accepted, over int // sessions, as far as the log was read

	resident, threads []int // kB in memory, and threads, after each load
	steady            bool  // they have stopped to grow
}

// notes writes down what the process has after a load. Its memory has stopped to grow when
// there is no more than after any load before, as far as the garbage collector leaves no
// chance.
func (p *soakProcess) notes(now soakHoldings) {
	if len(p.resident) > 0 {
		most := slices.Max(p.resident)
		p.steady = p.steady || now.resident <= most+most/10+4<<10 && now.threads <= slices.Max(p.threads)
	}
	p.resident, p.threads = append(p.resident, now.resident), append(p.threads, now.threads)
}

// settles waits until a process has no session, no more descriptors than before, and no
// child. There is no event for that: it is asked for again and again.
func (p *soakProcess) settles(t *testing.T) soakHoldings {
	t.Helper()
	limit := time.Now().Add(soakSettling)
	for {
		p.readsOn(t)
		now := soakHoldingsOf(t, p.process)
		if p.over == p.accepted && len(now.descriptors) <= len(p.before.descriptors) && len(now.children) == 0 {
			return now
		}
		if time.Now().After(limit) {
			t.Errorf("fid %s still has, after its clients are gone:\n%d sessions\n%d descriptors, where it had %d: %s\nchildren: %s",
				strings.Join(p.cmd.Args[1:], " "), p.accepted-p.over, len(now.descriptors), len(p.before.descriptors),
				strings.Join(now.descriptors, " "), strings.Join(now.children, " "))
			return now
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// readsOn counts the sessions that the log has told of since it was read last.
func (p *soakProcess) readsOn(t *testing.T) {
	t.Helper()
	news, err := io.ReadAll(p.log)
	if err != nil {
		t.Fatal(err)
	}
	whole := bytes.LastIndexByte(news, '\n') + 1
	if _, err := p.log.Seek(int64(whole-len(news)), io.SeekCurrent); err != nil {
		t.Fatal(err)
	}
	p.accepted += bytes.Count(news[:whole], []byte(`"event":"accepted"`))
	p.over += bytes.Count(news[:whole], []byte(`"event":"ended"`))
}
