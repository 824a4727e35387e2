//go:build linux

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// A process is a program under measurement with all that it forks: they are one
// process group, which is killed and reaped as a whole.
type process struct {
	name string
	cmd  *exec.Cmd
	log  string // the file with what it said
	done chan struct{}
	err  error // how it ended, once done is closed
}

// command prepares a process. What it says goes to a file in the scratch
// directory, because a pipe would be held by its children.
func (r *runner) command(ctx context.Context, name string, argv []string) (*process, error) {
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	// A process that outlives the benchmark would spoil the next one.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	cmd.Cancel = func() error { return unix.Kill(-cmd.Process.Pid, unix.SIGKILL) }
	log, err := os.CreateTemp(r.dir, filepath.Base(argv[0])+"-*.log")
	if err != nil {
		return nil, err
	}
	cmd.Stderr = log
	return &process{name: name, cmd: cmd, log: log.Name(), done: make(chan struct{})}, nil
}

func (p *process) start() error {
	log := p.cmd.Stderr.(*os.File)
	defer func() { _ = log.Close() }()
	if err := p.cmd.Start(); err != nil {
		return fmt.Errorf("cannot start %s: %w", p.name, err)
	}
	go func() {
		p.err = p.cmd.Wait()
		close(p.done)
	}()
	return nil
}

// failure is how the process ended, with the last of what it said.
func (p *process) failure() error {
	said, _ := os.ReadFile(p.log) // an error is told without it, too
	said = bytes.TrimSpace(said)
	if at := bytes.LastIndexByte(said, '\n'); at >= 0 {
		said = said[at+1:]
	}
	err := p.err
	if err == nil {
		err = errors.New("it ended")
	}
	if len(said) == 0 {
		return fmt.Errorf("%s: %w", p.name, err)
	}
	return fmt.Errorf("%s: %s (%w)", p.name, said, err)
}

// stop kills the group and waits until nothing of it is left, so that it takes
// no time from what is measured next.
func (p *process) stop() {
	if p.cmd.Process == nil {
		return // it never started
	}
	_ = unix.Kill(-p.cmd.Process.Pid, unix.SIGKILL) // fails if it is gone
	<-p.done
	for {
		_, err := unix.Wait4(-p.cmd.Process.Pid, nil, 0, nil)
		if err != nil && !errors.Is(err, unix.EINTR) {
			break
		}
	}
	_ = os.Remove(p.log)
}

// awaitListener waits until the process listens on the port. The kernel's table
// is asked: a program that serves one client would take a trial connection for it.
func (p *process) awaitListener(ctx context.Context, port int) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		listening, err := isListening(port)
		if err != nil || listening {
			return err
		}
		select {
		case <-p.done:
			return p.failure()
		case <-ctx.Done():
			return fmt.Errorf("%s does not listen on port %d: %w", p.name, port, ctx.Err())
		case <-time.After(time.Millisecond):
		}
	}
}
