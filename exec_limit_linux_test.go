package main

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
)

// nobody is a user who has no processes but those of a test.
const nobody = 65534

func asNobody(c *exec.Cmd) {
	c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
}

func TestAListenerOutlivesTheLimitOfProcesses(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("it takes root to become a user without processes")
	}
	requirePeer(t, "prlimit")
	fid := fidForAll(t)
	for _, args := range [][]string{{"listen", "-k", "-e", "/bin/cat", "127.0.0.1:0"}, {"relay", "127.0.0.1:0", "exec:/bin/cat"}} {
		p, addr := serving(t, nil, func(c *exec.Cmd) {
			asNobody(c)
			c.Path = fid
		}, args...)
		first := dialPeer(t, addr)
		first.says([]byte("before\n"))
		first.line()
		limit := exec.Command("prlimit", "--nproc=1:1", "--pid", strconv.Itoa(p.cmd.Process.Pid))
		asNobody(limit)
		if said, err := limit.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, said)
		}
		for range 100 {
			dialReset(t, addr)
		}
		first.says([]byte("still there\n"))
		if got := first.line(); got != "still there" {
			t.Errorf("%q came back", got)
		}
		_ = p.cmd.Process.Signal(syscall.SIGTERM)
		p.wants(143, "no more processes are allowed")
	}
}

// fidForAll returns a fid that every user can start.
func fidForAll(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "fid-for-all-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	path, err := exec.LookPath("fid")
	if err != nil {
		t.Fatal(err)
	}
	from, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	to, err := os.OpenFile(filepath.Join(dir, "fid"), os.O_CREATE|os.O_WRONLY, 0o755)
	if err == nil {
		_, err = io.Copy(to, from)
	}
	if err == nil {
		err = to.Close()
	}
	if err == nil {
		err = os.Chmod(dir, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	return to.Name()
}
