//go:build unix

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// detached gives the command no terminal.
func detached(c *exec.Cmd) {
	withEnv()(c)
	c.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
}

func TestAPasswordThatNobodyCanBeAskedForIsAnError(t *testing.T) {
	p := begin(t, nil, detached, "connect", "-x", "127.0.0.1:1", "-P", "me", "db.example", "5432")
	p.wants(2, "127.0.0.1:1: no password for me, and no terminal to ask for it", "FID_PROXY_PASSWORD, or --proxy-password-file FILE")
}

func TestASignalEndsTheWaitForAPasswordInAPipe(t *testing.T) {
	fifo := filepath.Join(t.TempDir(), "fifo")
	if err := unix.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	p := begin(t, nil, detached, "connect", "-x", "127.0.0.1:1", "-P", "me", "--proxy-password-file", fifo, "db.example", "5432")
	w, err := os.OpenFile(fifo, os.O_WRONLY, 0) // comes back when fid has opened it, too
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	p.wants(143)
}
