//go:build unix

package netio

import (
	"os"
	"os/signal"

	"github.com/creack/pty"
	"github.com/mattn/go-isatty"
	"golang.org/x/sys/unix"
)

// ownTerminal is the one whose size a command's pseudo-terminal has; nil where we have none.
func ownTerminal() *os.File {
	for _, f := range []*os.File{os.Stdin, os.Stdout, os.Stderr} {
		if isatty.IsTerminal(f.Fd()) {
			return f
		}
	}
	return nil
}

// sizeOf is the size of a terminal, or the usual one where it has none.
func sizeOf(window *os.File) *pty.Winsize {
	if window != nil {
		if size, err := pty.GetsizeFull(window); err == nil && size.Rows > 0 && size.Cols > 0 {
			return size
		}
	}
	return &pty.Winsize{Rows: 24, Cols: 80}
}

// followWindow gives the pseudo-terminal the size of window whenever that has changed,
// while we were stopped too, until the process has exited.
func (p *process) followWindow(window *os.File) {
	changed := make(chan os.Signal, 1)
	signal.Notify(changed, unix.SIGWINCH, unix.SIGCONT)
	defer signal.Stop(changed)
	for {
		size := sizeOf(window)
		raw, err := p.out.SyscallConn() // its Fd would make it block
		if err == nil {
			err = raw.Control(func(fd uintptr) {
				_ = unix.IoctlSetWinsize(int(fd), unix.TIOCSWINSZ,
					&unix.Winsize{Row: size.Rows, Col: size.Cols, Xpixel: size.X, Ypixel: size.Y})
			})
		}
		if err != nil {
			return // closed
		}
		select {
		case <-changed:
		case <-p.exited:
			return
		}
	}
}
