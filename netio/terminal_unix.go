//go:build unix

package netio

import (
	"os"
	"os/signal"
	"time"

	"golang.org/x/sys/unix"
)

// A screen is what else than standard input has to be set: nothing here, where both are
// one terminal.
type screen struct{}

func openScreen() *screen  { return nil }
func (s *screen) restore() {}

// followJob gives the terminal back before the process stops, and takes it again when
// it goes on in the foreground.
func (t *RawTerminal) followJob() {
	signals := make(chan os.Signal, 2)
	if signal.Ignored(unix.SIGTSTP) {
		return
	}
	signal.Notify(signals, unix.SIGTSTP, unix.SIGCONT)
	go func() {
		defer signal.Stop(signals)
		for {
			select {
			case <-t.over:
				return
			case s := <-signals:
				if s == unix.SIGTSTP || !t.resume() {
					t.suspend()
				}
			}
		}
	}()
}

// suspend stops the process. SIGSTOP, since SIGTSTP is ours; nobody else is stopped by it.
func (t *RawTerminal) suspend() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !isClosed(t.over) {
		t.giveBack()
		_ = unix.Kill(unix.Getpid(), unix.SIGSTOP)
	}
}

// killMoment is how long a signal that comes with SIGCONT has to be heard, as the one
// of a shell's kill %1.
const killMoment = 100 * time.Millisecond

// resume makes the terminal raw again. In the background that cannot be: the kernel
// would stop us (termios(3), SIGTTOU), but without hearing a signal that ends us first.
func (t *RawTerminal) resume() bool {
	if inBackground() {
		select {
		case <-t.over:
			return true
		case <-time.After(killMoment):
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if isClosed(t.over) || t.before != nil {
		return true
	}
	if inBackground() {
		return false
	}
	_ = t.makeRaw() // fails where the terminal is gone, which the next Read tells
	return true
}

// inBackground: the terminal is ours, but another process group has it now.
func inBackground() bool {
	group, err := unix.IoctlGetInt(int(os.Stdin.Fd()), unix.TIOCGPGRP)
	return err == nil && group != unix.Getpgrp()
}
