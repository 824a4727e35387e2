package main

import (
	"os"

	"fid/modes"
	"fid/netio"
)

// keepsOpen: the run has many sessions.
func (v *values) keepsOpen() bool { return v.is("keep-open") || v.is("broker") || v.is("chat") }

// sharing reads what listen joins its clients to: standard input and output, each
// other, or files.
func (v *values) sharing(l *modes.Listen) {
	l.KeepOpen = v.keepsOpen()
	if !l.KeepOpen {
		v.need("max-conns", "keep-open")
	}
	for _, other := range []string{"broker", "chat", "output"} {
		v.exclude([2]string{other, "exec"}, [2]string{other, "sh-exec"})
	}
	for _, other := range []string{"broker", "chat"} {
		v.exclude([2]string{other, "output"}, [2]string{other, "send-only"}, [2]string{other, "no-stdin"}, [2]string{other, "recv-only"})
		if v.is(other) {
			l.Broker = netio.NewBroker(v.is("chat"))
		}
	}
	v.exclude([2]string{"output", "send-only"})
	if v.is("output") {
		output, err := netio.ParseOutput(v.c.String("output"), l.KeepOpen)
		if err != nil {
			v.fail(err)
		}
		l.Output = output
	}
	v.unusedInput(l)
}

// unusedInput looks at a standard input that somebody may expect to be sent.
func (v *values) unusedInput(l *modes.Listen) {
	st, err := os.Stdin.Stat()
	if err != nil || l.Stdio.NoInput || isNull(st) || l.Command.Scheme != "" {
		return
	}
	for _, other := range []string{"chat", "broker", "output"} {
		if v.is(other) {
			l.InputUnused = v.dashed(other)
			return
		}
	}
	if l.KeepOpen && st.Mode().IsRegular() {
		v.fail(netio.Usagef("fid relay PORT file:PATH", "-k with a file on standard input: a late client would get a part of it"))
	}
}

// isNull: the file is /dev/null, or what stands for it.
func isNull(st os.FileInfo) bool {
	null, err := os.Stat(os.DevNull)
	return err == nil && os.SameFile(st, null)
}
