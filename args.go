package main

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"fid/netio"
)

// A command line is what the user typed, put in order.
type commandLine struct {
	table []flag   // the flags that there are
	mode  string   // listen, connect, echo or relay; empty where nothing says
	typed bool     // the mode was a word of its own
	flags []string // --long or --long=value
	words []string // what is no flag

	implying string // the flag that stands for -z, where that was not typed

	took taken // the word behind the last flag, where that has taken it for its value

	command string   // of -e
	behind  []string // the arguments behind that
}

// A reader takes arguments as getopt(3) users write them: flags before and
// after words, letters in one word (-lvk), values attached (-w3) or not, "--".
// urfave/cli takes flags only before words and each on its own.
type reader struct {
	line    commandLine
	verbose int
}

var modeNames = [...]string{"listen", "connect", "echo", "relay"}

func isMode(word string) bool {
	for _, m := range modeNames {
		if m == word {
			return true
		}
	}
	return false
}

// readArgs puts args in order. Under the name nc there are no mode words.
func readArgs(args []string, asNC bool) (commandLine, error) {
	r := &reader{line: commandLine{table: flags()}}
	if len(args) > 0 && isMode(args[0]) && !asNC {
		r.line.mode, r.line.typed = args[0], true
		args = args[1:]
	}
	if err := r.read(args); err != nil {
		return r.line, err
	}
	if r.verbose > 0 {
		r.line.flags = append(r.line.flags, "--verbose="+strconv.Itoa(r.verbose))
	}
	if err := r.settleMode(asNC); err != nil {
		return r.line, err
	}
	r.line.implyProbe()
	return r.line, r.line.checkCommand()
}

func (r *reader) read(args []string) error {
	for len(args) > 0 {
		arg := args[0]
		args = args[1:]
		var err error
		switch {
		case arg == "--":
			r.line.words = append(r.line.words, args...)
			return nil
		case strings.HasPrefix(arg, "--"):
			args, err = r.long(arg[2:], args)
		case len(arg) > 1 && arg[0] == '-':
			args, err = r.letters(arg[1:], args)
		default:
			r.line.words = append(r.line.words, arg)
		}
		if err != nil {
			return err
		}
		if r.line.command != "" && r.line.behind == nil {
			r.line.behind = args
		}
	}
	return nil
}

// long reads --name, --name=value or --name value.
func (r *reader) long(arg string, rest []string) ([]string, error) {
	name, value, attached := strings.Cut(arg, "=")
	for _, f := range r.line.table {
		if f.long != name || name == "" {
			continue
		}
		switch {
		case f.value == "" && attached:
			return rest, netio.Usagef("", "--%s takes no value", name)
		case f.optional && attached && value == "":
			return rest, netio.Usagef("--"+name+f.value, "--%s= is empty", name)
		case f.value == "" || f.optional:
			r.add(f, value)
			return rest, nil
		case !attached:
			return r.take(f, "--"+name, rest)
		}
		r.add(f, value)
		return rest, nil
	}
	for _, x := range refusals() {
		if x.long == name && name != "" {
			return rest, netio.Usagef(x.hint, "--%s %s", name, x.why)
		}
	}
	return rest, netio.Usagef(r.nearest(name), "there is no flag --%s", shorten(name))
}

func (r *reader) helpCommand() string {
	if r.line.mode == "" {
		return "fid connect --help"
	}
	return "fid " + r.line.mode + " --help"
}

// letters reads a word of letters, -lvk or -w3.
func (r *reader) letters(word string, rest []string) ([]string, error) {
	for i := 0; i < len(word); i++ {
		f, err := r.byLetter(word[i:])
		if err != nil {
			return rest, err
		}
		if f.value == "" {
			r.add(f, "")
			continue
		}
		if word[i+1:] == "" {
			return r.take(f, f.typed(), rest)
		}
		r.add(f, word[i+1:])
		return rest, nil
	}
	return rest, nil
}

// byLetter finds the flag that word begins with.
func (r *reader) byLetter(word string) (flag, error) {
	letter := word[0]
	for _, f := range r.line.table {
		if f.letter == letter {
			return f, nil
		}
	}
	for _, x := range refusals() {
		if x.letter == letter {
			return flag{}, netio.Usagef(x.hint, "-%c %s", letter, x.why)
		}
	}
	if '0' <= letter && letter <= '9' {
		return flag{}, netio.Usagef("a port is 0 to 65535, without a sign", "there is no flag -%c", letter)
	}
	_, size := utf8.DecodeRuneInString(word)
	return flag{}, netio.Usagef(r.helpCommand(), "there is no flag -%s", word[:size])
}

// take adds a flag, typed without its value, with the word behind it.
func (r *reader) take(f flag, typed string, rest []string) ([]string, error) {
	if len(rest) == 0 {
		return rest, netio.Usagef("", "%s needs a value: %s", typed, f.value)
	}
	r.add(f, rest[0])
	r.line.took = taken{flag: typed, as: f.value, word: rest[0]}
	return rest[1:], nil
}

func (r *reader) add(f flag, value string) {
	r.line.took = taken{}
	switch {
	case f.letter == 'v':
		r.verbose++
	case f.letter == 'l' && r.line.mode == "":
		r.line.mode = "listen"
	case f.value == "":
		r.line.flags = append(r.line.flags, "--"+f.name())
	case f.letter == 'e':
		r.line.command = value
		fallthrough
	default:
		r.line.flags = append(r.line.flags, "--"+f.name()+"="+value)
	}
}

// name is what urfave/cli knows the flag by.
func (f flag) name() string {
	if f.long == "" {
		return string(f.letter)
	}
	return f.long
}

// typed is how the user writes the flag.
func (f flag) typed() string {
	if f.letter != 0 {
		return "-" + string(f.letter)
	}
	return "--" + f.long
}

// settleMode is for command lines that do not begin with a mode.
func (r *reader) settleMode(asNC bool) error {
	l := &r.line
	if l.typed {
		return r.checkModes()
	}
	if len(l.words) > 0 && isMode(l.words[0]) && !asNC {
		if l.names("help") { // wherever it stands
			l.mode, l.typed = l.words[0], true
			return nil
		}
		word, all := l.words[0], l.words
		if len(all) == 1 {
			all = append(all, "PORT")
		}
		return netio.Usagef(netio.Typable(fmt.Sprintf("a host called %s: fid connect %s", word, strings.Join(all, " "))),
			"put the mode %s first", word)
	}
	if l.mode == "" && (len(l.words) > 0 || len(l.flags) > 0) {
		l.mode = "connect"
	}
	return r.checkModes()
}

// isBareCheck: a check of one port that has nothing to say of a signal and that
// nothing but one calls off. Of several, a signal is told what was found.
func (l commandLine) isBareCheck() bool {
	for _, more := range []string{"verbose", "json", "deadline", "proxy", "count", "help", "version"} {
		if l.names(more) {
			return false
		}
	}
	return l.mode == "connect" && l.names("probe") && l.isOnePort()
}

// isOnePort: the words are an address, or a host and a port; false also where that is not sure.
func (l commandLine) isOnePort() bool {
	switch len(l.words) {
	case 1:
		return !isPortList(l.words[0][strings.LastIndex(l.words[0], ":")+1:])
	case 2:
		return !isPortList(l.words[1]) && !areAddresses(l.words)
	}
	return false
}

// checkModes refuses a flag that another mode has.
func (r *reader) checkModes() error {
	if r.line.mode == "" {
		return nil
	}
	initial := strings.ToUpper(r.line.mode[:1])
	for _, typed := range r.line.flags {
		name, _, _ := strings.Cut(strings.TrimPrefix(typed, "--"), "=")
		for _, f := range r.line.table {
			if f.name() == name && !strings.Contains(f.modes, initial) {
				hint := ""
				if name == "tls" {
					hint = "fid relay tls:PORT TARGET  or  fid relay LISTEN tls:HOST:PORT"
				}
				return netio.Usagef(hint, "%s is no flag of %s (of %s)", f.typed(), r.line.mode, modesOf(f))
			}
		}
	}
	return nil
}

func modesOf(f flag) string {
	var names []string
	for _, m := range modeNames {
		if strings.Contains(f.modes, strings.ToUpper(m[:1])) {
			names = append(names, m)
		}
	}
	return strings.Join(names, ", ")
}

func shorten(s string) string {
	if len(s) > 60 {
		return s[:57] + "..."
	}
	return s
}
