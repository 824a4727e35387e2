//go:build unix

package netio

import (
	"os"
	"syscall"
	"time"

	"golang.org/x/term"
)

// A keeper restores the terminal when we cannot: after SIGKILL, after a panic in any
// goroutine, a second Ctrl-C. It is a process of its own, since no code of a Go program
// runs after those, and it is told of our end by the end of a pipe.
type keeper struct{ tell, answer *os.File }

// KeeperName is what the program is called that has to run KeepTerminal and nothing else.
const KeeperName = "fid-terminal-keeper"

// What a keeper is told.
var (
	toKeep   = []byte{1} // the terminal's state is the one to restore; answered
	toForget = []byte{0} // it has been restored
)

// answerLimit is how long a terminal waits for its keeper.
const answerLimit = time.Second

// startKeeper returns nil where no keeper can be started: the session is worth more
// than what happens to the terminal if it is killed.
func startKeeper(program string) *keeper {
	if program == "" {
		return nil
	}
	told, tell, err := os.Pipe()
	if err != nil {
		return nil
	}
	answer, answered, err := os.Pipe()
	if err != nil {
		_, _ = told.Close(), tell.Close()
		return nil
	}
	// In a session of its own no signal for our process group reaches it, and it may set
	// the terminal at any time (tty_check_change in the kernel, SIGTTOU in termios(3)).
	p, err := os.StartProcess(program, []string{KeeperName}, &os.ProcAttr{
		Files: []*os.File{os.Stdin, answered, told}, Sys: &syscall.SysProcAttr{Setsid: true}})
	_, _ = told.Close(), answered.Close()
	if err != nil {
		_, _ = tell.Close(), answer.Close()
		return nil
	}
	_ = p.Release()
	return &keeper{tell, answer}
}

// arm has the keeper remember the terminal as it is now.
func (k *keeper) arm() {
	if k == nil {
		return
	}
	_ = k.answer.SetReadDeadline(time.Now().Add(answerLimit))
	if _, err := k.tell.Write(toKeep); err == nil {
		_, _ = k.answer.Read(make([]byte, 1))
	}
}

// disarm has it do nothing.
func (k *keeper) disarm() {
	if k != nil {
		_, _ = k.tell.Write(toForget)
	}
}

// KeepTerminal is all that a process named KeeperName does: it waits for the end of the
// one that started it, and restores the terminal if that one has not.
func KeepTerminal() {
	var before *term.State
	word := make([]byte, 1)
	for {
		if _, err := os.Stderr.Read(word); err != nil {
			break
		}
		before = nil
		if word[0] == toKeep[0] {
			before, _ = term.GetState(0)
			_, _ = os.Stdout.Write(word)
		}
	}
	if before != nil {
		_ = term.Restore(0, before)
	}
}
