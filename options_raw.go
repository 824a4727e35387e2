package main

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"strings"

	"github.com/mattn/go-isatty"

	"fid/modes"
	"fid/netio"
)

// leaveKey ends a session of --raw: Ctrl-], as of telnet.
const leaveKey = "^]"

// raw reads --raw; nil without.
func (v *values) raw(out *console) *netio.RawTerminal {
	if !v.is("raw") {
		return nil
	}
	for _, other := range []string{"no-stdin", "recv-only", "exec", "sh-exec", "probe", "echo", "send", "send-hex", "expect",
		"keep-open", "broker", "chat", "output"} {
		v.exclude([2]string{"raw", other})
	}
	key, ok := controlKey(cmp.Or(v.c.String("raw"), leaveKey))
	if !ok {
		v.fail(netio.Usagef("", "--raw=%s: a control key is meant, as %s", shown(v.c.String("raw")), leaveKey))
		return nil
	}
	if !isatty.IsTerminal(os.Stdin.Fd()) {
		v.fail(netio.Usagef("", "--raw needs a terminal on standard input"))
	}
	t := &out.terminal
	t.Escape = key & 0x1f
	t.Keeper, _ = os.Executable()
	t.Began = func() { out.sayHowToLeave("raw terminal; Ctrl-" + string(key) + " leaves") }
	t.Left = out.endLine
	return t
}

// controlKey reads "^]", or "^a" for "^A": the character on the key.
func controlKey(typed string) (key byte, ok bool) {
	typed = strings.ToUpper(typed)
	if len(typed) != 2 || typed[0] != '^' || typed[1] < '@' || typed[1] > '_' {
		return 0, false
	}
	return typed[1], true
}

// sayHowToLeave tells whoever sits there how to leave, wherever standard error goes.
func (c *console) sayHowToLeave(text string) {
	c.event(modes.Event{Name: modes.Note, Text: text})
	if c.onScreen {
		return
	}
	if tty, err := os.OpenFile(terminalOutput, os.O_WRONLY, 0); err == nil {
		fmt.Fprintf(tty, "%s%s\r\n", c.prefix(), text)
		_ = tty.Close()
	}
}

// endLine leaves the line on which the far end was cut off.
func (c *console) endLine() {
	if c.onScreen && !c.jsonOnly {
		c.stderr.add("\n")
	}
}

// A screen is standard error, where a raw terminal wants lines to end with CR and LF.
type screen struct{ c *console }

func (s screen) Write(p []byte) (int, error) {
	if !s.c.onScreen || !s.c.terminal.IsRaw() {
		return os.Stderr.Write(p)
	}
	if _, err := os.Stderr.Write(bytes.ReplaceAll(p, []byte("\n"), []byte("\r\n"))); err != nil {
		return 0, err
	}
	return len(p), nil
}
