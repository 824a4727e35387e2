package main

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// Opening a FIFO waits in the kernel for who reads it.
func TestASignalEndsARunWhoseEventsNobodyComesToRead(t *testing.T) {
	p := begin(t, nil, nil, "connect", "--json="+fifo(t, false), "echo:")
	for begun := time.Now(); !opensFIFO(t, p); time.Sleep(time.Millisecond) {
		if time.Since(begun) > patience {
			t.Fatal("fid does not open the FIFO")
		}
	}
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	if code := p.code(); code != 143 {
		t.Errorf("exit %d", code)
	}
}

// opensFIFO reports whether a thread of fid waits in fifo(7)'s open (proc(5), wchan).
func opensFIFO(t *testing.T, p *process) bool {
	threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/wchan", p.cmd.Process.Pid))
	for _, thread := range threads {
		switch in, err := os.ReadFile(thread); {
		case string(in) == "wait_for_partner":
			return true
		case os.IsPermission(err):
			t.Skip("the kernel does not say what a process waits for")
		}
	}
	return false
}
