//go:build unix

package netio

import (
	"os"
	"syscall"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

// startOnTerminal starts the program in a session of its own, whose controlling
// terminal is the new pseudo-terminal; standard error is that, too.
func (p *process) startOnTerminal(path string, words, env []string) error {
	master, slave, err := pty.Open()
	if err != nil {
		return noTerminal(err)
	}
	defer slave.Close()
	unix.CloseOnExec(int(slave.Fd())) // OpenBSD's PTMGET opens both without
	ours, err := pollable(master)
	_ = master.Close()
	if err != nil {
		return noTerminal(err)
	}
	window := ownTerminal()
	if err := pty.Setsize(slave, sizeOf(window)); err != nil {
		_ = ours.Close()
		return noTerminal(err)
	}
	tty := slave.Fd()
	sys := &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := p.fork(path, words, env, []uintptr{tty, tty, tty}, sys); err != nil {
		_ = ours.Close()
		return err
	}
	p.in, p.out, p.pty = ours, ours, true
	if window != nil {
		go p.followWindow(window)
	}
	return nil
}

// pollable returns the same terminal for Go's poller, so that a Read can be called
// off. The pty package has set it to block.
func pollable(f *os.File) (*os.File, error) {
	fd, err := unix.FcntlInt(f.Fd(), unix.F_DUPFD_CLOEXEC, 3)
	if err != nil {
		return nil, err
	}
	_ = unix.SetNonblock(fd, true)
	ours := os.NewFile(uintptr(fd), "pseudo-terminal")
	if err := ours.SetDeadline(time.Time{}); err != nil { // the system cannot wait for it
		_ = ours.Close()
		return nil, err
	}
	return ours, nil
}

func noTerminal(err error) error {
	return &Error{Kind: KindLocal, What: "no pseudo-terminal: " + Reason(err), Err: err}
}

// The pauses between the ends of file that are typed.
const (
	minPause = 50 * time.Millisecond
	maxPause = 5 * time.Second
)

// typeEOF types the terminal's end of file, ^D, until the process has exited. One
// is not enough: in the middle of a line it ends that only (termios(3), VEOF), and
// what one program has read, the shell that started it does not hear of.
func (p *process) typeEOF() {
	for wait := minPause; ; wait = min(2*wait, maxPause) {
		raw, err := p.in.SyscallConn()
		if err == nil {
			err = raw.Control(typeEOFOnce)
		}
		if err != nil {
			return // closed
		}
		select {
		case <-p.exited:
			return
		case <-time.After(wait):
		}
	}
}

// typeEOFOnce does so where control characters mean something: to a program that
// has turned the terminal raw they are data.
func typeEOFOnce(fd uintptr) {
	mode, err := unix.IoctlGetTermios(int(fd), ioctlGetTermios)
	if err == nil && mode.Lflag&(unix.ICANON|unix.ISIG) != 0 {
		_, _ = unix.Write(int(fd), []byte{mode.Cc[unix.VEOF]}) // without room for it, another time
	}
}
