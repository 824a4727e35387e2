package main

import (
	"strings"

	"fid/netio"
)

// shells are those for which there is a script.
func shells() []string { return []string{"bash", "zsh", "fish", "powershell"} }

// completionScript has the shell complete command lines of fid; empty for one that it does not know.
func completionScript(shell string) string {
	switch shell {
	case "bash":
		return fill(bashScript, `'\''`)
	case "zsh":
		return fill(zshScript, `'\''`)
	case "fish":
		return fill(fishScript, `\'`)
	case "powershell":
		return fill(powershellScript, "'")
	}
	return ""
}

// completion is the answer to --completion.
func (c *console) completion(l commandLine) error {
	typed := l.all("completion")
	script := completionScript(typed[len(typed)-1])
	if script == "" {
		return netio.Usagef("", "--completion %s: one of %s is meant", shown(typed[len(typed)-1]), strings.Join(shells(), ", "))
	}
	c.answer(script)
	return nil
}

// What the value of a flag is to a shell.
const (
	anyValue = ":"  // nothing that could be offered
	aFile    = ":/" // the name of a file
	aCommand = ":!" // the name of a program
)

// completed says what is offered for the flag's value, or "." where it takes none. One that
// may be left out begins with "=" in place of ":"; fixed words have commas between them.
func (f flag) completed() string {
	kind := anyValue
	switch f.value {
	case "":
		return "."
	case "FILE", "[=FILE]", "[=FILE|fd:N]", "PATTERN":
		kind = aFile
	case "CMD":
		kind = aCommand
	default:
		kind += strings.Join(f.choices(), ",")
	}
	if f.optional {
		return "=" + kind[1:]
	}
	return kind
}

// choices are the words that the flag's value is one of, where they are known.
func (f flag) choices() (words []string) {
	switch f.long {
	case "completion":
		return shells()
	case "digest":
		return netio.Algorithms()
	case "starttls":
		return netio.StartTLSProtocols()
	case "proxy-type":
		return proxyTypes()
	case "tos":
		for _, word := range tosWords() {
			words = append(words, word.name)
		}
	}
	return words
}

// completedModes are the initials of the modes that take the flag, and N where it gives the
// mode to a command line that does not begin with one.
func (f flag) completedModes() string {
	if f.letter == 'l' {
		return f.modes + "N"
	}
	return f.modes
}

// completionTable is the table of flags as the scripts read it, a row a line: modes, letter, name,
// kind of the value, help; "." is none.
func completionTable() string {
	table := ""
	for _, f := range flags() {
		letter, long := ".", "."
		if f.letter != 0 {
			letter = "-" + string(f.letter)
		}
		if f.long != "" {
			long = "--" + f.long
		}
		table += "\n" + f.completedModes() + " " + letter + " " + long + " " + f.completed() + " " + f.help
	}
	return table[1:]
}

// fill puts into a script what it does not know by itself. SERVED are the schemes that can be
// listened on, DIALLED those that connect takes, and TARGETS those that a relay does. The table
// stands between single quotes, in which the shell writes one as quote has it.
func fill(script, quote string) string {
	var served, dialled, targets string
	for _, s := range netio.Schemes() {
		word := " " + s.Name + ":"
		if s.Listen != nil {
			served += word
		}
		if s.Dial != nil {
			targets += word
		}
		if s.Dial != nil && s.Name != "file" {
			dialled += word
		}
	}
	return strings.NewReplacer("@TABLE@", strings.ReplaceAll(completionTable(), "'", quote), "@MODES@", strings.Join(modeNames[:], " "),
		" @SERVED@", served, " @DIALLED@", dialled, " @TARGETS@", targets).Replace(script)
}
