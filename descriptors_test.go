//go:build unix

package main

import (
	"io"
	"net"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// The tests of descriptors: few of them, and none left behind.

func TestFewDescriptorsServeManyClientsInTheEnd(t *testing.T) {
	h := newHost(t)
	go h.echoes()
	for _, mode := range [][]string{{"echo", "--max-conns", "500", "127.0.0.1:0"}, {"echo", "127.0.0.1:0"}, {"relay", "127.0.0.1:0", h.addr()}} {
		t.Run(strings.Join(mode[:2], " "), func(t *testing.T) {
			p, addr := serving(t, nil, func(c *exec.Cmd) {
				line := `ulimit -n 64; exec fid "$@"`
				c.Path, _ = exec.LookPath("sh")
				c.Args = append([]string{"sh", "-c", line, "sh"}, c.Args[1:]...)
			}, mode...)
			var clients sync.WaitGroup
			for range 200 {
				clients.Go(func() {
					c := dialPeer(t, addr)
					c.says([]byte("hello"))
					c.finishes()
					c.hears([]byte("hello"))
				})
			}
			clients.Wait()
			_ = p.cmd.Process.Signal(syscall.SIGTERM)
			if code := p.code(); code != 143 {
				t.Errorf("exit %d: %s", code, p.stderr.String())
			}
		})
	}
}

func TestLackOfDescriptorsDoesNotSpin(t *testing.T) {
	p, addr := serving(t, nil, func(c *exec.Cmd) {
		c.Path, _ = exec.LookPath("sh")
		c.Args = append([]string{"sh", "-c", `ulimit -n 40; exec fid "$@"`, "sh"}, c.Args[1:]...)
	}, "echo", "--max-conns", "500", "127.0.0.1:0")
	var conns []net.Conn
	for range 200 { // they stay
		c, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		conns = append(conns, c)
	}
	time.Sleep(time.Second) // what is measured is the time that passes
	for _, c := range conns {
		_ = c.Close()
	}
	last := dialPeer(t, addr)
	last.says([]byte("later"))
	last.finishes()
	last.hears([]byte("later"))
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	if code := p.code(); code != 143 {
		t.Errorf("exit %d: %s", code, p.stderr.String())
	}
	if busy := p.cmd.ProcessState.UserTime() + p.cmd.ProcessState.SystemTime(); busy > 300*time.Millisecond {
		t.Errorf("%v of processor time in a second of waiting, with %d clients", busy, len(conns))
	}
}

func TestDescriptorsAreGivenBack(t *testing.T) {
	for _, mode := range [][]string{{"echo", "127.0.0.1:0"}, {"listen", "-k", "127.0.0.1:0"}, {"relay", "127.0.0.1:0", "echo:"}} {
		t.Run(mode[0], func(t *testing.T) { descriptorsAreGivenBack(t, mode...) })
	}
}

func descriptorsAreGivenBack(t *testing.T, mode ...string) {
	p, addr := serving(t, nil, nil, mode...)
	round := func() {
		c := dialPeer(t, addr)
		c.says([]byte("x"))
		c.finishes()
		_, _ = io.ReadAll(c)
	}
	round()
	before := p.descriptors()
	for range 300 {
		round()
	}
	deadline := time.Now().Add(patience)
	for p.descriptors() > before && time.Now().Before(deadline) {
		time.Sleep(time.Millisecond) // the last session's close is fid's own business
	}
	if now := p.descriptors(); now > before {
		t.Errorf("%d descriptors before, %d after 300 sessions", before, now)
	}
}
