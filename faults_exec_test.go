//go:build unix

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// The tests of commands in circumstances that other tools stumble over.

func TestManyCommandsAreReapedThoughTheParentIgnoresSIGCHLD(t *testing.T) {
	p, addr := serving(t, nil, underShell("trap '' CHLD"), "listen", "-k", "-e", "echo ok", "127.0.0.1:0")
	var clients sync.WaitGroup
	for range 20 {
		clients.Go(func() { dialPeer(t, addr).hears([]byte("ok\n")) })
	}
	clients.Wait()
	var left string
	if await(func() bool {
		said, err := exec.Command("ps", "-A", "-o", "ppid=", "-o", "pid=", "-o", "stat=").Output()
		left = ""
		for line := range strings.Lines(string(said)) {
			if strings.HasPrefix(strings.TrimSpace(line), strconv.Itoa(p.cmd.Process.Pid)+" ") {
				left += line
			}
		}
		return err == nil && left == ""
	}) != nil {
		t.Errorf("children are left: %s", left)
	}
}

// The end of its output alone does not say that it has not failed: its status does.
func TestACommandThatClosesItsOutputStillTakesItsInput(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	p, addr := serving(t, nil, nil, "listen", "-c", "echo go; exec >&-; cat >"+file, "127.0.0.1:0")
	c := dialPeer(t, addr)
	c.line()
	c.hearsNothing()
	c.says(pattern(1 << 20))
	c.finishes()
	c.hears(nil)
	p.wants(0, "listening on")
	if got, err := os.ReadFile(file); err != nil || string(got) != string(pattern(1<<20)) {
		t.Errorf("%d bytes in the file, %v", len(got), err)
	}
}

// What was never read must not make a reset that takes the answer with it.
func TestASlowReaderGetsAllOfACommandThatLeftItsRequestUnread(t *testing.T) {
	done := filepath.Join(t.TempDir(), "done")
	p, addr := serving(t, nil, nil, "listen", "-c", "head -c 1048576 /dev/zero; >"+done, "127.0.0.1:0")
	c := dialPeer(t, addr)
	_ = c.SetReadBuffer(64 << 10)
	c.says(pattern(200000))
	if await(func() bool { _, err := os.Stat(done); return err == nil }) != nil {
		t.Fatal("the command has not ended")
	}
	c.hears(make([]byte, 1<<20))
	c.finishes()
	p.wants(0, "listening on")
}
