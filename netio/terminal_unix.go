//go:build unix

package netio

import (
	"os"
	"os/signal"
	"time"

	"golang.org/x/sys/unix"
	"golang.org/x/term"
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
	signal.Notify(signals, unix.SIGCONT)
	if !signal.Ignored(unix.SIGTSTP) {
		signal.Notify(signals, unix.SIGTSTP)
	}
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

// hearSignals waits for a signal that ends the session.
func (t *RawTerminal) hearSignals() {
	select {
	case <-t.over:
	case <-time.After(killMoment):
	}
}

// awaitForeground has the process stopped while the terminal is somebody else's, whose modes
// are not those to give back. The kernel would stop us, too (termios(3), SIGTTOU), but again
// and again without hearing a signal that ends us. Where nobody would make us go on, SIGTTOU
// does nothing, and the kernel gives the answer.
func (t *RawTerminal) awaitForeground() {
	continued := make(chan os.Signal, 1)
	signal.Notify(continued, unix.SIGCONT)
	defer signal.Stop(continued)
	for inBackground() && !isClosed(t.over) {
		asked := time.Now()
		_ = unix.Kill(unix.Getpid(), unix.SIGTTOU)
		t.hearSignals()
		if len(continued) == 0 && time.Since(asked) < 2*killMoment {
			return
		}
		t.hearSignals() // the first may have been over while we were stopped
		for len(continued) > 0 {
			<-continued
		}
	}
}

// resume makes the terminal raw again: after SIGSTOP, too, which let nobody give it back. In
// the background that cannot be; see awaitForeground.
func (t *RawTerminal) resume() bool {
	if inBackground() {
		t.hearSignals()
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	background := inBackground()
	switch {
	case isClosed(t.over):
	case t.before == nil && background:
		return false
	case t.before == nil:
		_ = t.makeRaw() // fails where the terminal is gone, which the next Read tells
	case !background:
		_, _ = term.MakeRaw(int(os.Stdin.Fd())) // and what is to be given back stays
	}
	return true
}

// inBackground: the terminal is ours, but another process group has it now.
func inBackground() bool {
	group, err := unix.IoctlGetInt(int(os.Stdin.Fd()), unix.TIOCGPGRP)
	return err == nil && group != unix.Getpgrp()
}

// TakesLines reports whether a terminal gives its input in lines, as it does for whoever has not
// asked for each key (ICANON of termios(3)).
func TakesLines(fd int) bool {
	mode, err := unix.IoctlGetTermios(fd, ioctlGetTermios)
	return err != nil || mode.Lflag&unix.ICANON != 0
}
