package main

import (
	"os"
	"strings"

	"fid/netio"
)

// hex reads --hex and --text. Without a file the dump goes to standard error; where standard
// output is a terminal and would get the data, the dump takes that place.
func (v *values) hex(out *console) netio.Layer {
	v.exclude([2]string{"hex", "probe"}, [2]string{"text", "probe"})
	if !v.is("hex") && !v.is("text") || v.err != nil {
		return nil
	}
	dump := &netio.Dump{Text: v.is("text"), Relay: out.mode == "relay", Clients: out.serving && !out.once}
	to, taken := v.c.String("hex"), v.takesOutput(out.mode)
	switch v.dumpTakesPlace = to == "" && taken && !out.check && isScreen(os.Stdout); {
	case to == "-" && taken:
		v.fail(netio.Usagef("--hex=FILE", "--hex=-: standard output has the data"))
	case to == "-", v.dumpTakesPlace:
		dump.To = v.record("standard output", os.Stdout, out)
	case to == "":
		dump.To = v.record("standard error", os.Stderr, out)
	default:
		dump.To = v.record(to, nil, out)
	}
	if to == "" && !v.dumpTakesPlace && out.jsonOnly && !out.check {
		v.fail(netio.Usagef("--hex=FILE", "--json and a dump both take standard error"))
	}
	if v.err != nil {
		return nil
	}
	out.dump = dump.To
	if dump.To.IsTerminal() {
		if v.is("raw") {
			v.fail(netio.Usagef("--hex=FILE", "--raw has the terminal"))
		}
		dump.Colours = colours()
	}
	return dump.Layer
}

// takesOutput: standard output has the data, or the report of a check.
func (v *values) takesOutput(mode string) bool {
	if mode == "echo" || mode == "relay" {
		return false
	}
	for _, other := range dataElsewhere() {
		if v.is(other) {
			return false
		}
	}
	return true
}

// dataElsewhere are the flags with which standard output gets no data.
func dataElsewhere() []string {
	return []string{"exec", "sh-exec", "output", "broker", "chat", "send-only"}
}

// rawOutput refuses --raw-output where no terminal can get the data.
func (v *values) rawOutput() bool {
	for _, other := range append(dataElsewhere(), "probe", "echo") {
		v.exclude([2]string{"raw-output", other})
	}
	if v.is("raw-output") && v.dumpTakesPlace {
		v.fail(netio.Usagef("--hex=FILE", "--raw-output: the dump has the terminal"))
	}
	return v.is("raw-output")
}

// colours tells the two directions apart on a terminal, dark or light, that can show it: of the
// 256 of xterm those between, else magenta and cyan. See https://no-color.org.
func colours() [2]string {
	term := os.Getenv("TERM")
	switch {
	case os.Getenv("NO_COLOR") != "", term == "dumb", !obeysColour(term):
		return [2]string{}
	case strings.Contains(term, "256color"), os.Getenv("COLORTERM") != "":
		return [2]string{"38;5;133", "38;5;31"}
	}
	return [2]string{"35", "36"}
}
