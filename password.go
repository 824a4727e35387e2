package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"fid/netio"
)

// passwordOf is the password of a proxy's user: from the file that was named, the
// environment, or whoever sits at the terminal.
func passwordOf(ctx context.Context, p *netio.Proxy, file string, fromFile bool) (string, error) {
	password := os.Getenv("FID_PROXY_PASSWORD")
	_ = os.Unsetenv("FID_PROXY_PASSWORD") // a command that we start may tell its environment to the far end
	if !fromFile && password != "" {
		return password, nil
	}
	type answer struct {
		password string
		err      error
	}
	got := make(chan answer, 1)
	restore := func() {}
	if fromFile { // which may be a pipe that nobody writes to
		go func() {
			password, err := firstLine(file)
			got <- answer{password, err}
		}()
	} else {
		t, err := openTerminal()
		if err != nil {
			return "", &netio.Error{Kind: netio.KindUsage, Addr: p.At.Text, What: "no password for " + shown(p.User) + ", and no terminal to ask for it",
				Hint: "FID_PROXY_PASSWORD, or --proxy-password-file FILE", Err: err}
		}
		restore = t.restore
		go func() {
			password, err := t.ask("Password of " + escape(shown(p.User)) + " at " + escape(p.At.Text) + ": ")
			got <- answer{password, err}
		}()
	}
	select {
	case a := <-got:
		return a.password, a.err
	case <-ctx.Done():
		restore() // the terminal would go on without an echo
		return "", context.Cause(ctx)
	}
}

// maxPassword is more than any proxy takes.
const maxPassword = 4096

// firstLine reads a password from a file.
func firstLine(file string) (string, error) {
	failed := func(what string, err error) error {
		return &netio.Error{Kind: netio.KindLocal, Addr: shorten(file), What: what, Err: err}
	}
	f, err := os.Open(file)
	if err != nil {
		return "", failed("cannot read the password: "+netio.Reason(err), err)
	}
	defer f.Close()
	line, err := bufio.NewReader(io.LimitReader(f, maxPassword)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", failed("cannot read the password: "+netio.Reason(err), err)
	}
	password, ok := passwordIn(line)
	if !ok {
		return "", failed("its first line is no password: it is empty, or too long", nil)
	}
	return password, nil
}

// passwordIn is what stands in a line, of which no more than maxPassword bytes were read.
func passwordIn(line string) (password string, ok bool) {
	line = strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")
	return line, line != "" && len(line) <= maxPassword-2
}

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
