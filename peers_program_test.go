package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// peerLimit is how long a peer may take; what is not over by then hangs.
const peerLimit = time.Minute

// missing skips the test, or fails it where FID_REQUIRE_PEERS=1 says that
// everything is installed: a skip that nobody sees is a test that nobody runs.
func missing(t *testing.T, why string) {
	t.Helper()
	if os.Getenv("FID_REQUIRE_PEERS") == "1" {
		t.Fatal(why + ", and FID_REQUIRE_PEERS=1")
	}
	t.Skip(why)
}

func requirePeer(t *testing.T, names ...string) {
	t.Helper()
	for _, name := range names {
		if _, err := lookPeer(name); err != nil {
			missing(t, name+" is not installed")
		}
	}
}

// lookPeer finds a program also where only root's PATH leads.
func lookPeer(name string) (string, error) {
	path, err := exec.LookPath(name)
	if err != nil {
		path, err = exec.LookPath("/usr/sbin/" + name)
	}
	return path, err
}

// A program is a running peer, or a fid beside one.
type program struct {
	cmd     *exec.Cmd
	stderr  bytes.Buffer
	address func() string // of a fid that listens
	ended   chan struct{}
	err     error // how it ended
}

// launch starts name, and kills it after peerLimit; set changes the command
// before that.
func launch(t *testing.T, name string, args []string, set func(*exec.Cmd)) *program {
	t.Helper()
	path, err := lookPeer(name)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), peerLimit)
	p := &program{cmd: exec.CommandContext(ctx, path, args...), ended: make(chan struct{})}
	p.cmd.Stderr = &p.stderr
	p.cmd.WaitDelay = 5 * time.Second // a fid that ssh leaves behind keeps standard error open, and is an error
	if name == "fid" && strings.Contains(strings.Join(args, " "), "--ready-fd 3") {
		var ready func(*exec.Cmd)
		ready, p.address = readyPipe(t)
		ready(p.cmd)
	}
	set(p.cmd)
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		p.err = p.cmd.Wait()
		close(p.ended)
	}()
	t.Cleanup(func() { cancel(); <-p.ended })
	return p
}

func (p *program) ok() bool {
	<-p.ended
	return p.err == nil
}

// complains: a fid said more than where it listens, which it says with port 0.
func (p *program) complains() bool {
	<-p.ended
	said := p.stderr.String()
	return filepath.Base(p.cmd.Path) == "fid" && said != "" &&
		(strings.Count(said, "\n") > 1 || !strings.HasPrefix(said, "fid: listening on "))
}

// report is what a person needs to see of a program that failed or hung.
func (p *program) report() string {
	<-p.ended
	how := "exit status 0"
	if p.err != nil {
		how = p.err.Error() // "signal: killed" is peerLimit
	}
	return fmt.Sprintf("%s: %s; it said %q\n", strings.Join(p.cmd.Args, " "), how, p.stderr.String())
}

// output runs a program to its end and returns its standard output. It must say
// nothing on standard error: there, a fid inside ssh or git would complain.
func output(t *testing.T, stdin io.Reader, env []string, name string, args ...string) []byte {
	t.Helper()
	var out bytes.Buffer
	p := launch(t, name, args, func(c *exec.Cmd) {
		c.Stdin, c.Stdout, c.Env = stdin, &out, append(os.Environ(), env...)
	})
	if !p.ok() || p.stderr.Len() > 0 {
		t.Fatal(p.report())
	}
	return out.Bytes()
}

// port returns the port where p listens, as soon as it does. A peer does not
// tell it: it is read from the kernel's tables, since connecting to find out
// would use up a listener that takes one client.
func (p *program) port(t *testing.T) string {
	t.Helper()
	return p.portOf(t, "tcp")
}

// portOf is port for "tcp", or "udp" where it is bound.
func (p *program) portOf(t *testing.T, network string) string {
	t.Helper()
	if p.address != nil {
		address := p.address()
		return address[strings.LastIndex(address, ":")+1:]
	}
	var port string
	err := await(func() bool {
		port = listeningPort(p.cmd.Process.Pid, network)
		return port != "" || isClosed(p.ended)
	})
	if err != nil || port == "" {
		t.Fatalf("it does not listen: %s", p.report())
	}
	return port
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// listeningPort finds the listening socket among the descriptors of pid. All
// peers bind port 0: a port that was free a moment ago may be taken by now.
func listeningPort(pid int, network string) string {
	sockets := make(map[string]bool)
	fds, _ := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid))
	for _, fd := range fds {
		if name, err := os.Readlink(fd); err == nil {
			sockets[name] = true
		}
	}
	state := map[string]string{"tcp": "0A", "udp": "07"}[network] // TCP_LISTEN, and what UDP calls TCP_CLOSE
	for _, table := range []string{"/proc/net/" + network, "/proc/net/" + network + "6"} {
		text, _ := os.ReadFile(table) // without IPv6 there is no tcp6
		for _, line := range strings.Split(string(text), "\n") {
			f := strings.Fields(line) // proc_pid_net(5): 1 local address, 3 state, 9 inode
			var port int
			if len(f) < 10 || f[3] != state || !sockets["socket:["+f[9]+"]"] {
				continue
			}
			if _, err := fmt.Sscanf(f[1][strings.Index(f[1], ":"):], ":%X", &port); err == nil {
				return fmt.Sprint(port)
			}
		}
	}
	return ""
}

func requirePortOf(t *testing.T, name string) {
	t.Helper()
	if name != "fid" && runtime.GOOS != "linux" {
		missing(t, "where "+name+" listens is read from /proc, which this system has not")
	}
}

// await asks again and again, for what the kernel has no event for.
func await(is func() bool) error {
	for limit := time.Now().Add(peerLimit); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(limit) {
			return errors.New("waited in vain")
		}
	}
	return nil
}
