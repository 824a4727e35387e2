package netio

import (
	"runtime"
	"slices"
	"strings"
)

// The command lines of -e, -c and exec:, which are read on every system: a build
// without commands refuses them by name.

// CommandDescriptors is how many descriptors a command takes while it runs.
const CommandDescriptors = 3

// CommandAddress is the address of a command whose line is typed alone (-e).
func CommandAddress(line string) (Address, error) {
	a := Address{Text: cutAt("exec:"+line, maxText), Scheme: "exec", Path: line}
	return a, a.checkCommand()
}

// ShellAddress is the address of a line for the shell (-c): it says what is a word.
func ShellAddress(line string) (Address, error) {
	a := Address{Scheme: "exec", Path: line, Shell: true}
	a.Text = cutAt(strings.Join(shellWords(line), " "), maxText)
	return a, a.checkCommand()
}

// checkCommand refuses a command line before anything is started.
func (a Address) checkCommand() error {
	if !commandsBuilt {
		return Usagef("", "commands are not in this build (build with -tags fid_exec)")
	}
	_, err := a.commandWords()
	return err
}

// commandWords are the words of the command: its name is the first.
func (a Address) commandWords() ([]string, error) {
	words, open := splitWords(a.Path)
	switch {
	case a.Shell && len(words) > 0:
		return shellWords(a.Path), nil
	case open && !a.Shell:
		return nil, Usagef("", "%s: a quote is not closed", cut(a.Text))
	case len(words) == 0 || words[0] == "":
		return nil, Usagef("", "%sno command", Label(cut(a.Text)))
	}
	return words, nil
}

// shellWords are those of the system's shell, to run a line.
func shellWords(line string) []string {
	if runtime.GOOS == "windows" {
		return []string{"cmd", "/C", line}
	}
	return []string{"sh", "-c", line}
}

// splitWords splits a line at blanks as sh does (POSIX, XCU 2.2): quotes and
// backslashes keep blanks, and nothing is expanded. open: a quote is not closed.
func splitWords(line string) (words []string, open bool) {
	var word []byte // nil between two words
	var quote byte
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case c == '\\' && escapes(quote, line[i+1:]):
			i++
			if line[i] != '\n' { // else the line goes on behind it
				word = append(word, line[i])
			}
		case quote != 0 && c == quote:
			quote = 0
		case quote == 0 && (c == '\'' || c == '"'):
			quote = c
			word = slices.Grow(word, 1)[:len(word)] // '' is a word, too
		case quote == 0 && strings.IndexByte(" \t\r\n", c) >= 0:
			if word != nil {
				words = append(words, string(word))
			}
			word = nil
		default:
			word = append(word, c)
		}
	}
	if word != nil {
		words = append(words, string(word))
	}
	return words, quote != 0
}

// escapes reports whether a backslash takes the meaning from what follows it. On
// Windows it is a part of paths.
func escapes(quote byte, rest string) bool {
	return rest != "" && runtime.GOOS != "windows" &&
		(quote == 0 || quote == '"' && strings.IndexByte("$`\"\\\n", rest[0]) >= 0)
}
