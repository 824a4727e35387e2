//go:build !windows || fid_exec

package netio

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os/exec"
	"sync"
	"time"
)

const commandsBuilt = true

// killAfter is how long a command has to end after it was asked to.
const killAfter = time.Second

// An execDialer starts a command for each session.
type execDialer struct {
	addr     Address
	pty      bool
	starting sync.Mutex // one at a time: each start holds a thread, and may need one more
	sealed   bool
}

func dialExec(a Address, o Options) (Dialer, error) { return &execDialer{addr: a, pty: o.PTY}, nil }

// Dial starts the command; its environment names the peer of ctx. It does not wait
// for more than the start.
func (d *execDialer) Dial(ctx context.Context) (*End, error) {
	words, err := d.addr.commandWords()
	if err != nil {
		return nil, err
	}
	path, err := exec.LookPath(words[0])
	if err != nil {
		return nil, d.cannotStart(words[0], err)
	}
	d.starting.Lock()
	defer d.starting.Unlock()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if !d.sealed {
		sealDescriptors()
		d.sealed = true
	}
	p := &process{name: d.addr.Text, exited: make(chan struct{}), gone: make(chan struct{}), stopped: make(chan struct{})}
	if err := p.start(path, words, environment(peerOf(ctx)), d.pty); err != nil {
		return nil, d.cannotStart(words[0], err)
	}
	go p.attend()
	return &End{Stream: p, process: p, Name: d.addr.Text, Input: InputStream}, nil
}

// cannotStart tells why there is no process.
func (d *execDialer) cannotStart(program string, err error) error {
	e := &Error{Kind: KindLocal, Addr: d.addr.Text, Err: err}
	var mine *Error
	switch what, ok := startError(err); {
	case errors.As(err, &mine):
		e.What = mine.What
	case errors.Is(err, exec.ErrNotFound), errors.Is(err, fs.ErrNotExist):
		e.What = "no such program"
	case errors.Is(err, fs.ErrPermission):
		e.What = cut(program) + " is not a program that may be run"
	case ok:
		e.What = "cannot start it: " + what
	default:
		e.What = "cannot start it: " + Reason(err)
	}
	return e
}

// A process is a running command. It stands beside the Stream of its End, which it
// is itself where no layer looks on.
type process struct {
	name    string
	exited  chan struct{} // closed when it has: failure is set, and no more output is waited for
	gone    chan struct{} // closed when its group has, too
	stopped chan struct{} // closed by StopReading
	stop    sync.Once
	failure *Error // how it failed by itself; nil is status 0, or our own doing
	osProcess
}

// Read gives the output. Its end is told when the process has exited, since only
// that says whether the output is whole: io.EOF after status 0, else the failure.
func (p *process) Read(b []byte) (int, error) {
	n, err := p.readOutput(b)
	if n > 0 || !errors.Is(err, io.EOF) {
		return n, err
	}
	select {
	case <-p.exited:
	case <-p.stopped:
		return 0, errStopped
	}
	if p.failure != nil {
		return 0, p.failure
	}
	return 0, io.EOF
}

// Write hands b to the process. What it does not want to read, or never will, is
// thrown away: `head -n 1` has not failed.
func (p *process) Write(b []byte) (int, error) {
	p.writeInput(b)
	return len(b), nil
}

// StopReading ends the Read that waits and all later ones.
func (p *process) StopReading() {
	p.stop.Do(func() { close(p.stopped) })
	p.wakeRead()
}

// drain gives a process whose input has ended a moment to exit by itself.
func (p *process) drain() error {
	moment := time.NewTimer(killAfter)
	defer moment.Stop()
	select {
	case <-p.exited:
		if p.failure != nil {
			return p.failure
		}
	case <-moment.C:
	}
	return nil
}

// Close ends what is left of the process and of its group, and waits for that a
// moment longer than it can take: one that the kernel holds does not hold us.
func (p *process) Close() error {
	p.StopReading()
	p.terminate()
	late := time.NewTimer(killAfter + killAfter/4)
	defer late.Stop()
	select {
	case <-p.gone:
	case <-late.C:
	}
	p.closeFiles()
	return nil
}
