package main

import (
	"encoding/hex"
	"strings"

	"fid/netio"
)

// dialogueFlagNames are the flags of a dialogue, in whose order it goes across all of them.
var dialogueFlagNames = [...]string{"send", "send-hex", "expect"}

func (v *values) hasDialogue() bool { return v.is("send") || v.is("send-hex") || v.is("expect") }

// dialogue reads what is said and awaited in place of standard input; nil is nothing.
func (v *values) dialogue() *netio.Dialogue {
	if !v.hasDialogue() {
		return nil
	}
	for _, flag := range dialogueFlagNames {
		for _, other := range []string{"exec", "sh-exec", "pty", "broker", "chat", "no-stdin", "recv-only", "send-only", "probe", "echo", "raw"} {
			v.exclude([2]string{flag, other})
		}
	}
	v.exclude([2]string{"expect", "recv-count"})
	d := &netio.Dialogue{}
	d.Limit, d.Flag = v.clock(checkStep, "idle-timeout", "w")
	for _, typed := range v.line.flags {
		name, value, _ := strings.Cut(strings.TrimPrefix(typed, "--"), "=")
		step, ok, err := dialogueStep(name, value)
		switch {
		case err != nil:
			v.fail(err)
		case ok:
			d.Steps = append(d.Steps, step)
		}
	}
	return d
}

// dialogueStep reads one flag of a dialogue; ok is false for any other.
func dialogueStep(name, value string) (step netio.Step, ok bool, err error) {
	switch name {
	case "send":
		step.Send, err = unescape(value)
	case "send-hex":
		step.Send, err = unhex(value)
	case "expect":
		if value == "" {
			return step, true, netio.Usagef("", "--expect: the expression is empty")
		}
		if step.Expect, err = netio.ParseExpectation(value); err != nil {
			err = netio.Usagef("", "--expect %s: %s", shown(value), err)
		}
	default:
		return step, false, nil
	}
	return step, true, err
}

// dialogueEnd: behind the last thing awaited nothing more is, unless -q says so.
func (v *values) dialogueEnd(r *netio.Rules) {
	last := ""
	for _, typed := range v.line.flags {
		name, _, _ := strings.Cut(strings.TrimPrefix(typed, "--"), "=")
		for _, flag := range dialogueFlagNames {
			if name == flag {
				last = name
			}
		}
	}
	if last == "expect" && !v.is("linger") && !v.is("recv-count") { // the two exclude each other
		r.Linger, r.Bounded = 0, true
	}
}

// unescape reads the text of --send.
func unescape(text string) ([]byte, error) {
	if text == "" {
		return nil, netio.Usagef("", "--send: the text is empty")
	}
	var out []byte
	for rest := text; rest != ""; {
		literal, escape, found := strings.Cut(rest, `\`)
		out = append(out, literal...)
		if !found {
			break
		}
		b, n := escapedByte(escape)
		if n == 0 {
			const hint = `\r \n \t \0 \xHH; \\ is a backslash`
			return nil, netio.Usagef(hint, `--send %s: \%s is none of the escapes`, shown(text), firstRune(escape))
		}
		out = append(out, b)
		rest = escape[n:]
	}
	return out, nil
}

// escapedByte reads what follows a backslash: the byte it stands for, and how much of s
// that takes; 0 is no escape.
func escapedByte(s string) (b byte, n int) {
	if s == "" {
		return 0, 0
	}
	switch s[0] {
	case 'r':
		return '\r', 1
	case 'n':
		return '\n', 1
	case 't':
		return '\t', 1
	case '0':
		return 0, 1
	case '\\':
		return '\\', 1
	case 'x':
		if len(s) >= 3 {
			if p, err := hex.DecodeString(s[1:3]); err == nil {
				return p[0], 3
			}
		}
	}
	return 0, 0
}

// firstRune is the first character of s, for a message.
func firstRune(s string) string {
	for _, r := range s {
		return string(r)
	}
	return ""
}

// unhex reads the digits of --send-hex; blanks may stand anywhere between them.
func unhex(text string) ([]byte, error) {
	digits := strings.Join(strings.Fields(text), "")
	p, err := hex.DecodeString(digits)
	switch {
	case digits == "":
		return nil, netio.Usagef("", "--send-hex: no digits")
	case len(digits)%2 != 0 && strings.Trim(digits, "0123456789abcdefABCDEF") == "":
		return nil, netio.Usagef("", "--send-hex %s: two digits make a byte, and one is left", shown(text))
	case err != nil:
		return nil, netio.Usagef("", "--send-hex %s: hexadecimal digits are meant, and blanks", shown(text))
	}
	return p, nil
}
