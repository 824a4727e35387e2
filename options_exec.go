package main

import (
	"fmt"
	"net/netip"
	"strings"

	"fid/modes"
	"fid/netio"
)

// near reads the near end: standard input and output, or the command of -e or -c.
func (v *values) near() modes.Near {
	n := modes.Near{Stdio: v.stdio(), Dialogue: v.dialogue()}
	for _, flag := range []string{"exec", "sh-exec"} {
		if !v.is(flag) {
			continue
		}
		for _, other := range []string{"no-stdin", "recv-only", "send-only", "probe", "echo"} {
			v.exclude([2]string{flag, other})
		}
		line, address := v.c.String(flag), netio.CommandAddress
		if flag == "sh-exec" {
			address = netio.ShellAddress
		}
		var err error
		if n.Command, err = address(line); err != nil {
			v.fail(err)
		}
	}
	v.exclude([2]string{"exec", "sh-exec"})
	return n
}

// pty refuses --pty where there is no command: far is the address that is dialled,
// where one is.
func (v *values) pty(far netio.Address) {
	if v.is("pty") && far.Scheme != "exec" && !v.is("exec") && !v.is("sh-exec") {
		v.fail(netio.Usagef("", "--pty needs a command (-e, -c or an exec: address)"))
	}
}

// checkable refuses a check of what has no port.
func (v *values) checkable(a netio.Address) {
	if a.Scheme == "exec" && (v.is("probe") || v.is("echo")) {
		v.fail(netio.Usagef("", "%s: a command has no port to check", a.Text))
	}
}

// checkCommand refuses a command of several words: busybox's nc takes the rest of
// the line for it, and here they would be a part of the address.
func (l commandLine) checkCommand() error {
	n := 0 // words behind the command
	for n < len(l.behind) && !strings.HasPrefix(l.behind[n], "-") {
		n++
	}
	extra := len(l.words) - 2 // a host and a port
	switch {
	case l.names("source-port") && l.mode == "listen":
		extra = len(l.words)
	case l.mode == "listen" && (extra > 0 || extra == 0 && n == 2 && !isLocalName(l.words[0])):
		extra++ // a port is enough
	}
	if extra = min(extra, n); extra <= 0 {
		return nil
	}
	whole := l.command + " " + strings.Join(l.behind[:extra], " ")
	return netio.Usagef(netio.Typable("-e "+quoted(whole)), "-e takes one word")
}

// isLocalName: what is typed for the host to listen on, but for names of other kinds.
func isLocalName(word string) bool {
	_, err := netip.ParseAddr(strings.Trim(word, "[]"))
	return err == nil || word == "localhost"
}

func quoted(word string) string {
	return fmt.Sprintf("'%s'", strings.ReplaceAll(word, "'", `'\''`))
}
