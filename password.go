package main

import (
	"fmt"
	"os"

	"golang.org/x/term"

	"fid/netio"
)

// A tty is where a person can be asked, whatever standard input is.
type tty struct {
	in, out *os.File
	before  *term.State
}

// openTerminal fails where the process has no terminal.
func openTerminal() (*tty, error) {
	in, err := os.OpenFile(terminalInput, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	t := &tty{in: in, out: in}
	if terminalOutput != terminalInput {
		t.out, err = os.OpenFile(terminalOutput, os.O_RDWR, 0)
	}
	if err == nil {
		t.before, err = term.GetState(int(in.Fd()))
	}
	return t, err
}

// ask reads a line without showing it.
func (t *tty) ask(prompt string) (string, error) {
	fmt.Fprintf(t.out, "%s", prompt)
	password, err := term.ReadPassword(int(t.in.Fd()))
	fmt.Fprintf(t.out, "\n")
	if err != nil {
		return "", &netio.Error{Kind: netio.KindLocal, Addr: "the terminal", What: "gives no password: " + netio.Reason(err), Err: err}
	}
	return string(password), nil
}

// restore gives back the echo that a question which was called off has taken.
func (t *tty) restore() {
	_ = term.Restore(int(t.in.Fd()), t.before)
	fmt.Fprintf(t.out, "\n")
}
