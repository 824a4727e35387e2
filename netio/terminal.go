package netio

import (
	"os"
	"sync"

	"golang.org/x/term"
)

// A RawTerminal is the terminal on standard input, which a session has raw: each key
// goes to the far end as it is typed, Ctrl-C too, and control bytes of the far end are
// obeyed. Only Escape is not sent. It is raw from the session's first Read or Write to
// its end. A RawTerminal without an Escape key is never raw.
type RawTerminal struct {
	Escape byte   // the key that ends the session
	Keeper string // the program that runs KeepTerminal; empty: who is killed leaves the terminal raw
	Began  func() // told when the terminal is raw for the first time; nil is nobody
	Left   func() // told that Escape was typed; nil is nobody

	mu     sync.Mutex
	before *term.State   // what to give back; nil while it is not raw
	screen *screen       // standard output's part
	keeper *keeper       // nil where there is none
	over   chan struct{} // closed by Restore; nil before the session
}

// begin makes the terminal raw for the rest of the session; errStopped: that has ended.
func (t *RawTerminal) begin() error {
	t.awaitForeground()
	t.mu.Lock()
	err := errStopped
	if !isClosed(t.over) {
		t.keeper = startKeeper(t.Keeper)
		err = t.makeRaw()
	}
	t.mu.Unlock()
	if err == errStopped {
		return err
	}
	if err != nil {
		return &Error{Kind: KindLocal, Addr: "standard input", What: "cannot make the terminal raw: " + Reason(err), Err: err}
	}
	t.followJob()
	if t.Began != nil {
		t.Began()
	}
	return nil
}

// makeRaw is for who holds mu. The keeper must know before what is to be restored.
func (t *RawTerminal) makeRaw() error {
	t.keeper.arm()
	before, err := term.MakeRaw(int(os.Stdin.Fd()))
	if err != nil {
		t.keeper.disarm()
		return err
	}
	t.before, t.screen = before, openScreen()
	return nil
}

// giveBack is for who holds mu. In the background the terminal is somebody else's by now.
func (t *RawTerminal) giveBack() {
	if t.before == nil {
		return
	}
	if !inBackground() {
		t.screen.restore()
		_ = term.Restore(int(os.Stdin.Fd()), t.before) // fails where the terminal is gone
	}
	t.before = nil
	t.keeper.disarm()
}

// Restore makes the terminal again what it was. It may be called at any time and more
// than once.
func (t *RawTerminal) Restore() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.over == nil || isClosed(t.over) {
		return
	}
	close(t.over)
	t.giveBack()
}

// IsRaw reports whether a line has to end with a carriage return, too.
func (t *RawTerminal) IsRaw() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.before != nil
}
