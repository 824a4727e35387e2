//go:build unix

package main

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The tests of how commands end, and that nothing of them is left.

func TestHangupLetsACommandFinishWhatItWasGiven(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	data := pattern(1 << 20)
	p, addr := serving(t, nil, nil, "listen", "--hangup", "-c", "sleep 0.2; cat >"+file, "127.0.0.1:0")
	through(t, addr, data)
	p.wants(0, "listening on")
	if got, err := os.ReadFile(file); err != nil || !bytes.Equal(got, data) {
		t.Errorf("%d bytes in the file, %v", len(got), err)
	}

	// The number goes to a file: while it is on its way to the client, there is more to send.
	p, addr = serving(t, nil, nil, "listen", "--hangup", "-c", "echo $$ >"+file+".new; mv "+file+".new "+file+".pid; exec sleep 1000", "127.0.0.1:0")
	client := dialPeer(t, addr)
	var pid []byte
	if err := await(func() (ok bool) { pid, _ = os.ReadFile(file + ".pid"); return len(pid) > 0 }); err != nil {
		t.Fatal("the command does not run")
	}
	client.finishes()
	p.wants(0, "listening on")
	isGone(t, strings.TrimSpace(string(pid)))
}

// Not in testdata/exec.txtar, which qemu-user runs as well: a process of its that cannot become the
// program ends by exit(2), and stays for ever where another thread was in clone(2) at the fork.
func TestAScriptWithoutInterpreterIsToldAsSuch(t *testing.T) {
	script := filepath.Join(t.TempDir(), "script")
	if err := os.WriteFile(script, []byte("echo no\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	begin(t, nil, nil, "connect", "exec:"+script).wants(9, "exec:"+script+": cannot start it: neither a program nor a script that begins with #!")
}

// line reads a line, which is short.
func (p *peer) line() string {
	p.t.Helper()
	var line []byte
	for b := make([]byte, 1); ; line = append(line, b[0]) {
		if _, err := io.ReadFull(p, b); err != nil {
			p.t.Fatalf("the peer heard %q and %v, want a line", line, err)
		}
		if b[0] == '\n' {
			return strings.TrimSuffix(string(line), "\r")
		}
	}
}

// isGone waits until nothing of the process and its group is left but what the
// system's process 1 has to reap.
func isGone(t *testing.T, pid string) {
	t.Helper()
	n, err := strconv.Atoi(pid)
	if err != nil {
		t.Fatal(err)
	}
	for begin := time.Now(); syscall.Kill(-n, 0) != syscall.ESRCH; time.Sleep(10 * time.Millisecond) {
		if onlyZombies(n) {
			return
		}
		if time.Since(begin) > patience/3 {
			t.Fatalf("the group of process %s is still there", pid)
		}
	}
}

// onlyZombies: the group has ended, and waits for process 1 to take note of that,
// which in a container may take its time.
func onlyZombies(group int) bool {
	all, err := exec.Command("ps", "-A", "-o", "pgid=", "-o", "stat=").Output()
	for line := range strings.Lines(string(all)) {
		if f := strings.Fields(line); len(f) == 2 && f[0] == strconv.Itoa(group) && f[1][0] != 'Z' {
			return false
		}
	}
	return err == nil
}

func TestEndingFidEndsTheCommandsOfAllItsSessions(t *testing.T) {
	const deaf = "trap '' TERM HUP; echo $$; sleep 1000; sleep 1000"
	for _, c := range []struct {
		signal syscall.Signal
		flags  string
		line   string
	}{
		{syscall.SIGTERM, "-k", "echo $$; sleep 1000"},
		{syscall.SIGINT, "-k", "echo $$; exec sleep 1000"},
		{syscall.SIGHUP, "-k", deaf},
		{syscall.SIGTERM, "-k --pty", deaf},
		{syscall.SIGTERM, "-k --pty", "trap '' TERM; echo $$; sleep 1000 & wait"},
	} {
		t.Run(c.signal.String()+" "+c.flags+" "+c.line, func(t *testing.T) {
			t.Parallel()
			p, addr := serving(t, nil, nil, append(strings.Fields("listen 127.0.0.1:0 "+c.flags), "-c", c.line)...)
			var pids []string
			for range 3 {
				pids = append(pids, dialPeer(t, addr).line())
			}
			begin := time.Now()
			_ = p.cmd.Process.Signal(c.signal)
			if code := p.code(); code != 128+int(c.signal) {
				t.Errorf("exit %d: %s", code, p.stderr.String())
			}
			if took := time.Since(begin); took > 5*time.Second {
				t.Errorf("the end took %v", took)
			}
			for _, pid := range pids {
				isGone(t, pid)
			}
		})
	}
}

func TestAResetEndsTheCommandOfItsSession(t *testing.T) {
	t.Parallel() // it waits
	for _, c := range [][]string{
		{"listen", "-k", "-c", "echo $$; sleep 1000", "127.0.0.1:0"},
		{"listen", "-k", "--pty", "-c", "echo $$; sleep 1000", "127.0.0.1:0"},
		{"relay", "127.0.0.1:0", "exec:sh -c 'echo $$; sleep 1000'"},
	} {
		p, addr := serving(t, nil, nil, c...)
		client := dialPeer(t, addr)
		pid := client.line()
		client.resets()
		isGone(t, pid)

		// One that does not read hides the reset behind what it leaves unread.
		client = dialPeer(t, addr)
		pid = client.line()
		_ = client.SetWriteDeadline(time.Now().Add(200 * time.Millisecond))
		for buf := pattern(1 << 20); ; { // until nothing more fits on the way
			if _, err := client.Write(buf); err != nil {
				break
			}
		}
		client.resets()
		isGone(t, pid)
		_ = p.cmd.Process.Signal(syscall.SIGTERM)
		p.code()
	}
}

func TestAClockEndsTheCommandOfItsSession(t *testing.T) {
	p, addr := serving(t, nil, nil, "listen", "--idle-timeout", "0.2", "-c", "echo $$; sleep 1000", "127.0.0.1:0")
	client := dialPeer(t, addr)
	pid := client.line()
	client.hearsReset()
	p.wants(5, "--idle-timeout")
	isGone(t, pid)
}
