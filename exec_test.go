//go:build unix

package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// The tests of commands as near ends: what they get, and what is heard of them.

// through sends b to addr and returns all that comes back.
func through(t *testing.T, addr string, b []byte) []byte {
	t.Helper()
	c := dialPeer(t, addr)
	go func() {
		_, _ = c.Write(b)
		_ = c.CloseWrite()
	}()
	got, err := io.ReadAll(c)
	if err != nil {
		t.Errorf("%d bytes came back, then: %v", len(got), err)
	}
	_ = c.Close()
	return got
}

func TestBulkBothWaysThroughACommandComesBackWhole(t *testing.T) {
	data := pattern(32 << 20)
	for _, c := range [][]string{{"listen", "-e", "cat", "127.0.0.1:0"}, {"relay", "--once", "127.0.0.1:0", "exec:cat"}} {
		p, addr := serving(t, nil, nil, c...)
		if got := through(t, addr, data); !bytes.Equal(got, data) {
			t.Errorf("%v: %d of %d bytes came back, or others", c, len(got), len(data))
		}
		p.wants(0, "listening on")
	}
}

func TestACommandThatNeverReadsIsHeardWhole(t *testing.T) {
	p, addr := serving(t, nil, nil, "listen", "-e", "head -c 1048576 /dev/zero", "127.0.0.1:0")
	c := dialPeer(t, addr)
	c.says(pattern(200000)) // and no end
	c.hears(make([]byte, 1<<20))
	p.wants(0, "listening on")
}

func TestTheLastOutputOfACommandIsNeverLost(t *testing.T) {
	for _, c := range []struct {
		name  string
		flags []string
		line  string
		times int
	}{
		{"through a pipe", nil, "head -c 1048576 /dev/zero", 100},
		{"with a job that holds the pipe", nil, "sleep 1000 & head -c 1048576 /dev/zero", 20},
		{"through a terminal", []string{"--pty"}, "head -c 1048576 /dev/zero", 100},
		{"with a job that holds the terminal", []string{"--pty"}, "(trap '' HUP; exec sleep 1000) & head -c 1048576 /dev/zero", 20},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, addr := serving(t, nil, nil, append(append([]string{"listen", "-k", "-c", c.line}, c.flags...), "127.0.0.1:0")...)
			for i := range c.times {
				if got := through(t, addr, nil); !bytes.Equal(got, make([]byte, 1<<20)) {
					t.Fatalf("round %d: %d bytes of 1 MiB, or others", i, len(got))
				}
			}
		})
	}
}

func TestASessionEndsWithItsCommandThoughTheClientDoesNot(t *testing.T) {
	t.Parallel() // it waits
	for _, c := range [][]string{
		{"listen", "-e", "echo ok", "127.0.0.1:0"},
		{"listen", "-c", "sleep 1000 & echo ok", "127.0.0.1:0"},
		{"listen", "-c", "sleep 1000 <&0 & echo ok", "127.0.0.1:0"},
		{"listen", "-c", "yes >&2 2>/dev/null & echo ok", "127.0.0.1:0"},
		{"relay", "--once", "127.0.0.1:0", "exec:echo ok"},
	} {
		p, addr := serving(t, nil, nil, c...)
		client := dialPeer(t, addr) // which never ends
		client.hears([]byte("ok\n"))
		if code := p.code(); code != 0 {
			t.Errorf("%v: exit %d: %s", c, code, p.stderr.String())
		}
	}
}

func TestAJobThatWritesOnDoesNotKeepTheSession(t *testing.T) {
	p, addr := serving(t, nil, nil, "listen", "-c", "yes & echo ok", "127.0.0.1:0")
	got, err := io.ReadAll(dialPeer(t, addr))
	if err != nil || !bytes.Contains(got, []byte("ok\n")) {
		t.Errorf("%d bytes and %v", len(got), err)
	}
	p.wants(0, "listening on")
}

func TestACommandThatFailsResetsItsPeerAfterItsOutput(t *testing.T) {
	for _, c := range []struct{ line, says string }{
		{"head -c 1000000 /dev/zero; exit 3", "exited with status 3"},
		{"head -c 1000000 /dev/zero; kill -USR1 $$", "killed by SIGUSR1"},
		{"exec 3>&1; (head -c 1000000 /dev/zero >&3); exec >&- 3>&-; read x; exit 4", "exited with status 4"},
	} {
		p, addr := serving(t, nil, nil, "listen", "-c", c.line, "127.0.0.1:0")
		client := dialPeer(t, addr)
		client.says([]byte("x\n"))
		if got := client.hearsReset(); len(got) != 1000000 {
			t.Errorf("%s: %d bytes came before the reset", c.line, len(got))
		}
		p.wants(9, c.says)

		h := newHost(t)
		p = begin(t, nil, nil, "connect", "-c", c.line, h.addr())
		client = h.client()
		client.says([]byte("x\n"))
		if got := client.hearsReset(); len(got) != 1000000 {
			t.Errorf("connect, %s: %d bytes came before the reset", c.line, len(got))
		}
		p.wants(9, c.says)
	}
}

func TestAFailedTargetResetsTheRelaysClient(t *testing.T) {
	p, addr := serving(t, nil, nil, "relay", "--once", "127.0.0.1:0", "exec:sh -c 'echo so far; exit 7'")
	if got := dialPeer(t, addr).hearsReset(); string(got) != "so far\n" {
		t.Errorf("%q came before the reset", got)
	}
	p.wants(9, "exited with status 7")
}

func TestTheFarEndOfAConnectedCommandIsWaitedFor(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	data := pattern(1 << 20)
	for _, flags := range [][]string{nil, {"--send-only"}, {"-q", "0"}} {
		p := begin(t, fileOf(t, len(data)), nil, append([]string{"connect", "exec:sh -c 'sleep 0.2; cat >" + file + "'"}, flags...)...)
		p.wants(0)
		if got, err := os.ReadFile(file); err != nil || !bytes.Equal(got, data) {
			t.Errorf("%v: %d bytes in the file, %v", flags, len(got), err)
		}
		p = begin(t, fileOf(t, len(data)), nil, append([]string{"connect", "exec:sh -c 'cat >" + file + "; exit 5'"}, flags...)...)
		p.wants(9, "exited with status 5")
	}
}

func TestASlotIsFreeWhenItsCommandHasEnded(t *testing.T) {
	_, addr := serving(t, nil, nil, "listen", "-k", "--max-conns", "2", "-c", "read x; echo $x; exit 1", "127.0.0.1:0")
	var clients sync.WaitGroup
	for range 20 {
		clients.Go(func() {
			c := dialPeer(t, addr)
			c.says([]byte("x\n"))
			if got := c.hearsReset(); string(got) != "x\n" {
				t.Errorf("%q came back", got)
			}
		})
	}
	clients.Wait()
}

func TestAListenerOutlivesACommandThatCannotBeStarted(t *testing.T) {
	program := filepath.Join(t.TempDir(), "program")
	p, addr := serving(t, nil, nil, "listen", "-k", "-e", program, "127.0.0.1:0")
	dialReset(t, addr)
	if err := os.WriteFile(program, []byte("#!/bin/sh\necho now\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	if got := through(t, addr, nil); string(got) != "now\n" {
		t.Errorf("%q came", got)
	}
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	p.wants(143, "no such program")
}

func TestSessionsWithCommandsLeaveNoDescriptorAndNoZombie(t *testing.T) {
	for _, flags := range [][]string{{"-e", "cat"}, {"-e", "cat", "--pty"}, {"-e", "false"}, {"-e", "./nosuchprogram"}} {
		p, addr := serving(t, nil, nil, append(append([]string{"listen", "-k", "--max-conns", "1"}, flags...), "127.0.0.1:0")...)
		session := func() {
			c, err := net.Dial("tcp", addr)
			if err != nil {
				return // a reset that came as soon
			}
			_ = newPeer(t, c).CloseWrite()
			_, _ = io.ReadAll(c)
			_ = c.Close()
		}
		session()
		session() // one at a time: the first has been closed
		before := p.descriptors()
		for range 100 {
			session()
		}
		if after := p.descriptors(); after > before+6 { // the last session may not be closed yet
			t.Errorf("%v: %d descriptors before, %d after", flags, before, after)
		}
		if left := p.children(); len(left) > 1 {
			t.Errorf("%v: children are left: %s", flags, left)
		}
	}
}

// underShell has a line of sh run before fid in the same process.
func underShell(line string) func(*exec.Cmd) {
	return func(c *exec.Cmd) {
		c.Path, _ = exec.LookPath("sh")
		c.Args = append([]string{"sh", "-c", line + `; exec fid "$@"`, "sh"}, c.Args[1:]...)
	}
}

func TestACommandInheritsNothingButItsStandardDescriptors(t *testing.T) {
	if _, err := os.ReadDir("/proc/self/fd"); err != nil {
		t.Skip("no /proc here")
	}
	log := filepath.Join(t.TempDir(), "log")
	for _, pty := range []string{"--json=" + log, "--pty"} {
		_, addr := serving(t, nil, underShell("exec 7</dev/null 8>&1 9<>"+log), "listen", "-k", pty, "-c", "cat; echo /proc/self/fd/*", "127.0.0.1:0")
		one := dialPeer(t, addr) // whose session is open while the next is
		got := string(through(t, addr, nil))
		if !strings.Contains(got, "/proc/self/fd/0 /proc/self/fd/1 /proc/self/fd/2 /proc/self/fd/3") || strings.Contains(got, "fd/4") || strings.Contains(got, "fd/7") {
			t.Errorf("%s: a command has %q open; 3 is the shell's own, of the directory", pty, got)
		}
		_ = one.Close()
	}
}

func TestACommandHasTheSignalsOfAProgramThatWasJustStarted(t *testing.T) {
	if _, err := os.ReadFile("/proc/self/status"); err != nil {
		t.Skip("no /proc here")
	}
	for _, before := range []string{":", "trap '' PIPE", "trap '' CHLD"} {
		_, addr := serving(t, nil, underShell(before), "listen", "-k", "-e", "cat /proc/self/status", "127.0.0.1:0")
		for range 3 {
			status := string(through(t, addr, nil))
			for _, want := range []string{"SigBlk:\t0000000000000000\n", "SigIgn:\t0000000000000000\n"} {
				if !strings.Contains(status, want) {
					t.Errorf("%s: a command has not %q in its status: %s", before, want, status)
				}
			}
		}
	}
}

func TestACommandIsToldItsPeerInNumbers(t *testing.T) {
	p, addr := serving(t, nil, func(c *exec.Cmd) { c.Env = append(os.Environ(), "FID_PEER=stale", "FID_LOCAL_X=stale") },
		"listen", "-c", "env | grep -E 'FID_(PEER|LOCAL)' | sort", "[::1]:0")
	client := dialPeer(t, addr)
	local, remote := client.LocalAddr().String(), client.RemoteAddr().String()
	client.hears([]byte(fmt.Sprintf("FID_LOCAL=%s\nFID_LOCAL_HOST=::1\nFID_LOCAL_PORT=%s\nFID_PEER=%s\nFID_PEER_HOST=::1\nFID_PEER_PORT=%s\n",
		remote, portOf(remote), local, portOf(local))))
	p.wants(0, "listening on")

	_, addr = serving(t, nil, nil, "relay", "127.0.0.1:0", "exec:sh -c 'echo $FID_PEER'")
	client = dialPeer(t, addr)
	client.hears([]byte(client.LocalAddr().String() + "\n"))
}
