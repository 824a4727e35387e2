//go:build linux

package main

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// isListening tells whether somebody listens on a port. Listeners stand first
// in the kernel's table, so the thousands of closed connections behind them are
// not read.
func isListening(port int) (bool, error) {
	table, err := os.Open("/proc/net/tcp")
	if err != nil {
		return false, err
	}
	defer func() { _ = table.Close() }()
	const listen = "0A"
	want := fmt.Sprintf(":%04X", port)
	lines := bufio.NewScanner(table)
	lines.Scan() // the heading
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) < 4 || fields[3] != listen {
			break
		}
		if strings.HasSuffix(fields[1], want) {
			return true, nil
		}
	}
	return false, lines.Err()
}

// group returns the process ids of a process group.
func group(pgid int) ([]int, error) {
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return nil, err
	}
	var pids []int
	for _, name := range stats {
		text, err := os.ReadFile(name)
		if err != nil {
			continue // it has ended meanwhile
		}
		// The name in parentheses can have spaces; state, parent and group follow.
		_, after, _ := bytes.Cut(text, []byte(") "))
		fields := bytes.Fields(after)
		if len(fields) < 3 || string(fields[2]) != strconv.Itoa(pgid) {
			continue
		}
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(name)))
		if err != nil {
			return nil, err
		}
		pids = append(pids, pid)
	}
	return pids, nil
}

// A footprint is what a process group holds.
type footprint struct {
	kB          float64
	descriptors int
}

// footprintOf adds up a group. measure is "Rss:", or "Pss:" where pages that
// processes share must be counted once. smaps_rollup is used because VmRSS
// lags by up to 64 pages for each processor.
func footprintOf(pgid int, measure string) (footprint, error) {
	pids, err := group(pgid)
	if err != nil {
		return footprint{}, err
	}
	var sum footprint
	for _, pid := range pids {
		dir := fmt.Sprintf("/proc/%d/", pid)
		kB, err := memory(dir+"smaps_rollup", measure)
		if err != nil {
			return footprint{}, err
		}
		open, err := os.ReadDir(dir + "fd")
		if err != nil {
			return footprint{}, err
		}
		sum.kB += kB
		sum.descriptors += len(open)
	}
	return sum, nil
}

func memory(rollup, measure string) (float64, error) {
	text, err := os.ReadFile(rollup)
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		fields := strings.Fields(line)
		if len(fields) == 3 && fields[0] == measure {
			return strconv.ParseFloat(fields[1], 64)
		}
	}
	return 0, fmt.Errorf("%s has no %s", rollup, measure)
}
