package main

import (
	"os"

	"fid/modes"
	"fid/netio"
)

// progress reads whether it is shown how far the session is. Nobody has to ask for that who
// watches a terminal through which the data does not pass; who is used to nc does not expect it.
func (v *values) progress(t *task, out *console) {
	for _, other := range []string{"no-progress", "probe", "echo", "keep-open", "broker", "chat"} {
		v.exclude([2]string{"progress", other})
	}
	switch {
	case v.is("progress") && v.is("json") && v.c.String("json") == "":
		v.fail(netio.Usagef("--json=FILE", "--progress and --json both take standard error"))
	case v.is("progress") && v.dumpsHere():
		v.fail(netio.Usagef("--hex=FILE", "--progress and a dump both take standard error"))
	}
	screen := out.onScreen && os.Getenv("TERM") != "dumb"
	switch {
	case v.err != nil, v.is("no-progress"):
	case v.is("progress"):
		out.progress = &progress{monitor: &out.monitor, to: out.stderr}
		if !screen {
			out.progress.plain, out.progress.after = out.prefix(), sayEvery
			out.monitor.Sockets = true // its last line counts what was taken
		}
	case screen && !out.asNC && !out.jsonOnly && v.isTransfer(t.mode):
		out.progress = &progress{monitor: &out.monitor, to: out.stderr, after: drawAfter}
	}
	if out.progress == nil || out.progress.plain != "" {
		return
	}
	out.progress.typed = isScreen(os.Stdin) && !v.is("exec") && !v.is("sh-exec")
	if isScreen(os.Stdout) {
		watchOutput(t, out.progress.away)
	}
}

// isTransfer: the run has one session, and standard input and output are neither both a person's
// nor both a program's, which is ssh's ProxyCommand.
func (v *values) isTransfer(mode runner) bool {
	for _, other := range []string{"raw", "send", "send-hex", "expect"} { // who says something watches for the answer
		if v.is(other) {
			return false
		}
	}
	if v.dumpsHere() || isProgram(os.Stdin) && isProgram(os.Stdout) {
		return false
	}
	switch m := mode.(type) {
	case modes.Listen:
		return !m.KeepOpen && (m.Output != nil || usesStdio(m.Near) && !isTyped())
	case modes.Connect:
		return usesStdio(m.Near) && !isTyped()
	}
	return false
}

// dumpsHere: --hex or --text has no file to go to.
func (v *values) dumpsHere() bool {
	to := v.c.String("hex")
	return (v.is("hex") || v.is("text")) && (to == "" || to == "-")
}

// isTyped: a person is at both ends.
func isTyped() bool { return isScreen(os.Stdin) && isScreen(os.Stdout) }

// isProgram: a program is at the other end of f.
func isProgram(f *os.File) bool {
	st, err := f.Stat()
	return err == nil && st.Mode()&(os.ModeNamedPipe|os.ModeSocket) != 0
}

// usesStdio: the near end is standard input and output, no command.
func usesStdio(n modes.Near) bool { return n.Command.Scheme == "" }

// watchOutput has f told before standard output is first written to.
func watchOutput(t *task, f func()) {
	switch m := t.mode.(type) {
	case modes.Connect:
		m.Stdio.FirstOutput = f
		t.mode = m
	case modes.Listen:
		m.Stdio.FirstOutput = f
		t.mode = m
	}
}
