package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// soakSettling is how long the sessions of clients that are gone may take to end: a relay on
// goroutines asks every 30 s for clients whose reset nobody tells it.
const soakSettling = 2 * time.Minute

// soakHoldings are what the kernel says that a process has (proc(5)).
type soakHoldings struct {
	descriptors []string // what they are of
	children    []string
	threads     int
	resident    int // kB
}

func soakHoldingsOf(t *testing.T, pid int) (h soakHoldings) {
	t.Helper()
	dir := fmt.Sprintf("/proc/%d/", pid)
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
	tasks, _ := filepath.Glob(dir + "task/*/children")
	for _, task := range tasks {
		text, _ := os.ReadFile(task) // the thread may have ended
		h.children = append(h.children, strings.Fields(string(text))...)
	}
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

// settles waits until a process has no more descriptors than it had before, and no child.
// There is no event for that: it is asked for again and again.
func (before soakHoldings) settles(t *testing.T, p *process) soakHoldings {
	t.Helper()
	limit := time.Now().Add(soakSettling)
	for {
		now := soakHoldingsOf(t, p.cmd.Process.Pid)
		if len(now.descriptors) <= len(before.descriptors) && len(now.children) == 0 {
			return now
		}
		if time.Now().After(limit) {
			t.Errorf("fid %s still has, after its clients are gone:\n%d descriptors, where it had %d: %s\nchildren: %s",
				strings.Join(p.cmd.Args[1:], " "), len(now.descriptors), len(before.descriptors),
				strings.Join(now.descriptors, " "), strings.Join(now.children, " "))
			return now
		}
		time.Sleep(5 * time.Millisecond)
	}
}
