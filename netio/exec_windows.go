//go:build windows && fid_exec

package netio

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

// An osProcess is what Windows knows of a process: its job is what a group is
// elsewhere. Its output is read by a goroutine, since a Read of a pipe cannot be
// called off here.
type osProcess struct {
	proc    *os.Process
	job     windows.Handle
	in, out *os.File
	chunks  chan chunk
	rest    []byte // Read's own
	waiting atomic.Bool
	deaf    atomic.Bool
	ours    atomic.Bool // we ended it
	closing sync.Once
}

// start starts the program with pipes, in a job that ends with us.
func (p *process) start(path string, words, env []string, pty bool) error {
	if pty {
		return &Error{Kind: KindLocal, What: "no pseudo-terminals on this system"}
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
	attr := &os.ProcAttr{Env: env, Files: []*os.File{theirIn, theirOut, os.Stderr}, Sys: &syscall.SysProcAttr{}}
	if len(words) == 3 && words[0] == "cmd" { // it takes quotes its own way
		attr.Sys.CmdLine = `cmd /C "` + words[2] + `"`
	}
	p.proc, err = os.StartProcess(path, words, attr)
	_, _ = theirIn.Close(), theirOut.Close()
	if err != nil {
		_, _ = in.Close(), out.Close()
		return err
	}
	p.in, p.out, p.chunks = in, out, make(chan chunk)
	p.job = jobOf(p.proc)
	go p.readAll()
	return nil
}

// jobOf puts a process into a job of its own; 0 where that cannot be done.
func jobOf(proc *os.Process) windows.Handle {
	job, err := windows.CreateJobObject(nil, nil)
	if err != nil {
		return 0
	}
	limits := windows.JOBOBJECT_EXTENDED_LIMIT_INFORMATION{}
	limits.BasicLimitInformation.LimitFlags = windows.JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE
	_, _ = windows.SetInformationJobObject(job, windows.JobObjectExtendedLimitInformation,
		uintptr(unsafe.Pointer(&limits)), uint32(unsafe.Sizeof(limits)))
	_ = proc.WithHandle(func(handle uintptr) { err = windows.AssignProcessToJobObject(job, windows.Handle(handle)) })
	if err != nil {
		_ = windows.CloseHandle(job)
		return 0
	}
	return job
}

func startError(error) (what string, ok bool) { return "", false }

func (p *process) readAll() {
	for {
		buf := make([]byte, 64<<10)
		n, err := p.out.Read(buf)
		if err == io.EOF && isWhole(p.out) {
			continue // a Write of no bytes, which package os takes for the end
		}
		p.waiting.Store(true)
		select {
		case p.chunks <- chunk{buf[:n], err}:
		case <-p.stopped:
			return
		}
		if err != nil {
			return
		}
	}
}

// readOutput: when the process has exited its job is ended, so that nobody keeps
// its output open.
func (p *process) readOutput(b []byte) (int, error) {
	if len(p.rest) == 0 {
		select {
		case <-p.stopped:
			return 0, errStopped
		case c := <-p.chunks:
			p.waiting.Store(false)
			if errors.Is(c.err, syscall.ERROR_BROKEN_PIPE) || errors.Is(c.err, os.ErrClosed) {
				c.err = io.EOF
			}
			if len(c.data) == 0 {
				return 0, c.err
			}
			p.rest = c.data
		}
	}
	n := copy(b, p.rest)
	p.rest = p.rest[n:]
	return n, nil
}

func (p *process) wakeRead()    {}
func (p *process) isIdle() bool { return !p.waiting.Load() }

func (p *process) writeInput(b []byte) {
	if p.deaf.Load() {
		return
	}
	if _, err := p.in.Write(b); err != nil {
		p.deaf.Store(true)
	}
}

// CloseWrite ends the input of the process.
func (p *process) CloseWrite() error {
	_ = p.in.Close()
	return nil
}

func (p *process) closeFiles() { _, _ = p.in.Close(), p.out.Close() }

// attend waits for the exit, and ends what the process has left behind.
func (p *process) attend() {
	state, err := p.proc.Wait()
	p.deaf.Store(true)
	switch {
	case p.ours.Load():
	case err != nil:
		p.failure = &Error{Kind: KindLocal, Addr: p.name, What: "its exit status is not known: " + Reason(err), Err: err}
	case state.ExitCode() != 0:
		p.failure = &Error{Kind: KindLocal, Addr: p.name, What: fmt.Sprintf("exited with status %d", state.ExitCode()), ChildStatus: state.ExitCode()}
	}
	p.endJob()
	close(p.exited)
	close(p.gone)
}

// terminate ends the process: a request to do so does not exist here.
func (p *process) terminate() {
	if isClosed(p.exited) {
		return
	}
	p.ours.Store(true)
	_ = p.proc.Kill()
	p.endJob()
}

func (p *process) endJob() {
	p.closing.Do(func() {
		if p.job != 0 {
			_ = windows.TerminateJobObject(p.job, 1)
			_ = windows.CloseHandle(p.job)
		}
	})
}

// sealDescriptors: a process here inherits the handles that it is given, no others.
func sealDescriptors() {}
