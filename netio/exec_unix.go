//go:build unix

package netio

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// An osProcess is what Unix knows of a process. Its group has its number.
type osProcess struct {
	pid    int
	in     *os.File    // its standard input; with a pseudo-terminal the same as out
	out    *os.File    // its standard output, or the master of its pseudo-terminal
	watch  *os.File    // gets readable when it exits; nil where nothing does
	pty    bool        // it has a pseudo-terminal, not pipes
	deaf   atomic.Bool // it does not read any more
	left   int64       // how much of what its output held at its exit is to be read
	ending sync.Mutex  // of what follows
	asked  time.Time   // when the group was asked to end
	ours   bool        // we asked before it exited by itself
	reaped bool        // pid may be somebody else's
}

// start starts the program in a process group of its own, with pipes or a
// pseudo-terminal, and with nothing of ours but standard error.
func (p *process) start(path string, words, env []string, pty bool) error {
	if pty {
		return p.startOnTerminal(path, words, env)
	}
	theirIn, in, err := os.Pipe()
	if err != nil {
		return err
	}
	out, theirOut, err := os.Pipe()
	if err != nil {
		_, _ = theirIn.Close(), in.Close()
		return err
	}
	files := []uintptr{theirIn.Fd(), theirOut.Fd(), uintptr(syscall.Stderr)}
	err = p.fork(path, words, env, files, &syscall.SysProcAttr{Setpgid: true})
	_, _ = theirIn.Close(), theirOut.Close()
	if err != nil {
		_, _ = in.Close(), out.Close()
		return err
	}
	p.in, p.out = in, out
	return nil
}

func (p *process) fork(path string, words, env []string, files []uintptr, sys *syscall.SysProcAttr) (err error) {
	p.pid, p.watch, err = forkWatched(path, words, &syscall.ProcAttr{Env: env, Files: files, Sys: sys})
	return err
}

// startError says an error number that a start can give.
func startError(err error) (what string, ok bool) {
	var errno syscall.Errno
	if !errors.As(err, &errno) {
		return "", false
	}
	switch errno {
	case unix.EAGAIN:
		return "no more processes are allowed", true
	case unix.ENOMEM:
		return "not enough memory", true
	case unix.ENOEXEC:
		return "neither a program nor a script that begins with #!", true
	case unix.E2BIG:
		return "its arguments and environment are too long", true
	}
	return "", false
}

func (p *process) readOutput(b []byte) (int, error) {
	if isClosed(p.stopped) {
		return 0, errStopped
	}
	n, err := p.out.Read(b)
	switch {
	case err == nil:
	case isClosed(p.stopped), errors.Is(err, os.ErrClosed):
		return n, errStopped
	case errors.Is(err, os.ErrDeadlineExceeded):
		return p.readRest(b)
	case errors.Is(err, unix.EIO) && p.pty:
		return n, io.EOF // nobody has the terminal open any more (Linux)
	}
	return n, err
}

// readRest reads without waiting what the process had written when it exited. Who
// else has its output open, a job left in the background, is not waited for.
func (p *process) readRest(b []byte) (n int, err error) {
	<-p.exited // closed before the deadline was set
	raw, err := p.out.SyscallConn()
	if err != nil {
		return 0, errStopped
	}
	closed := raw.Control(func(fd uintptr) {
		for {
			n, err = unix.Read(int(fd), b[:min(int64(len(b)), p.left)])
			if err != unix.EINTR {
				return
			}
		}
	})
	switch {
	case closed != nil:
		return 0, errStopped
	case err != nil && err != unix.EAGAIN && err != unix.EIO:
		return 0, err
	case n <= 0:
		return 0, io.EOF
	}
	p.left -= int64(n)
	return n, nil
}

func (p *process) wakeRead() { _ = p.out.SetReadDeadline(time.Unix(1, 0)) }

func (p *process) isIdle() bool {
	idle := false
	if raw, err := p.out.SyscallConn(); err == nil {
		_ = raw.Control(func(fd uintptr) { idle = !readable(fd) })
	}
	return idle
}

func (p *process) writeInput(b []byte) {
	if p.deaf.Load() {
		return
	}
	if _, err := p.in.Write(b); err != nil {
		p.deaf.Store(true) // EPIPE; EIO of a terminal; the process has exited
	}
}

// CloseWrite ends the input of the process.
func (p *process) CloseWrite() error {
	if p.pty {
		go p.typeEOF()
		return nil
	}
	_ = p.in.Close()
	return nil
}

func (p *process) closeFiles() { _, _ = p.in.Close(), p.out.Close() }

// attend waits for the exit, and for the group to be gone.
func (p *process) attend() {
	p.awaitExit() // the process is not reaped yet: its number is still its own
	p.left = math.MaxInt64
	if !p.pty {
		p.left = inPipe(p.out)
	}
	p.ending.Lock()
	if p.asked.IsZero() {
		p.asked = time.Now()
	}
	_ = unix.Kill(-p.pid, unix.SIGTERM) // what it has left behind
	p.reap()
	p.ending.Unlock()
	p.deaf.Store(true)
	close(p.exited)
	p.wakeRead()
	_ = p.in.SetWriteDeadline(time.Unix(1, 0))
	p.awaitGroup()
	close(p.gone)
}

// inPipe returns how many bytes wait in a pipe.
func inPipe(f *os.File) int64 {
	n := 0
	if raw, err := f.SyscallConn(); err == nil {
		_ = raw.Control(func(fd uintptr) { n, _ = unix.IoctlGetInt(int(fd), ioctlReadable) })
	}
	return int64(n)
}

// reap collects the exit status.
func (p *process) reap() {
	var status unix.WaitStatus
	for {
		_, err := unix.Wait4(p.pid, &status, 0, nil)
		if err == unix.EINTR {
			continue
		}
		p.reaped = true
		if err != nil { // ECHILD
			p.failure = &Error{Kind: KindLocal, Addr: p.name, What: "its exit status is not known: " + err.Error(), Err: err}
			return
		}
		break
	}
	switch {
	case p.ours:
	case status.Signaled():
		p.failure = &Error{Kind: KindLocal, Addr: p.name, What: "killed by " + signalName(status.Signal()), ChildStatus: 128 + int(status.Signal())}
	case status.ExitStatus() != 0:
		p.failure = &Error{Kind: KindLocal, Addr: p.name, What: fmt.Sprintf("exited with status %d", status.ExitStatus()), ChildStatus: status.ExitStatus()}
	}
}

func signalName(s syscall.Signal) string {
	if name := unix.SignalName(s); name != "" {
		return name
	}
	return fmt.Sprintf("signal %d", int(s))
}

// terminate asks the group to end, and kills it if it has not after killAfter.
func (p *process) terminate() {
	p.ending.Lock()
	defer p.ending.Unlock()
	if p.ours || p.reaped {
		return
	}
	p.ours = true
	if p.asked.IsZero() {
		p.asked = time.Now()
	}
	if p.pty {
		p.closeFiles() // SIGHUP, which an interactive shell heeds as it does not SIGTERM
	}
	_ = unix.Kill(-p.pid, unix.SIGTERM)
	time.AfterFunc(killAfter, func() {
		p.ending.Lock()
		defer p.ending.Unlock()
		if !p.reaped {
			_ = unix.Kill(-p.pid, unix.SIGKILL)
		}
	})
}

// awaitGroup waits for those that the process has left behind, and kills them when
// their time is up. A group that has members keeps its number (setpgid(2)). Where
// fid is process 1, they are its own to reap.
func (p *process) awaitGroup() {
	for wait := time.Millisecond; unix.Kill(-p.pid, 0) == nil; wait = min(2*wait, 20*time.Millisecond) {
		_, _ = unix.Wait4(-p.pid, nil, unix.WNOHANG, nil)
		if time.Since(p.asked) >= killAfter {
			_ = unix.Kill(-p.pid, unix.SIGKILL)
			return
		}
		time.Sleep(wait)
	}
}
