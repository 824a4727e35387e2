package main

import (
	"regexp"
	"strings"
	"testing"
)

// A manual is what docs/fid.1 says of flags: which others each excludes, and which it needs or implies.
type manual struct{ excludes, needs map[string]map[string]bool }

// Beside a flag these say what it needs; of several addresses, the flag that makes one of the kind.
var needsAddress = map[string]*regexp.Regexp{
	"tls":   regexp.MustCompile(`(?m)^TLS:|(Implies|[Nn]eeds) TLS`),
	"udp":   regexp.MustCompile(`Needs an address`),
	"exec:": regexp.MustCompile(`Needs\n\.Fl e , c\nor an\n`),
}

func readManual(t *testing.T) manual {
	t.Helper()
	names := map[string]string{} // of a flag as it is typed
	for _, f := range flags() {
		names[f.long] = f.name()
		if f.letter != 0 {
			names[string(f.letter)] = f.name()
		}
	}
	_, after, _ := strings.Cut(readDoc(t, "docs/fid.1"), ".Sh FLAGS\n")
	section, _, _ := strings.Cut(after, "\n.Sh ")
	m := manual{excludes: map[string]map[string]bool{"exec:": {"tls": true, "udp": true}}, // an address has one scheme
		needs: map[string]map[string]bool{}}
	like := map[string]string{} // excludes what the other excludes
	for _, item := range strings.Split(section, "\n.It Fl ")[1:] {
		heading, text, _ := strings.Cut(item, "\n")
		name := names[manualFlags(".Fl " + heading)[0]]
		m.excludes[name], m.needs[name] = map[string]bool{}, map[string]bool{}
		for _, sentence := range sentences(text) {
			m.read(name, sentence, names, like)
		}
		for flag, says := range needsAddress {
			if says.MatchString(text) {
				m.needs[name][flag] = true
			}
		}
	}
	for range like { // one may be like another that is like a third
		for name, other := range like {
			for excluded := range m.excludes[other] {
				m.excludes[name][excluded] = true
			}
		}
	}
	return m
}

var (
	implied   = regexp.MustCompile(`(?m)^(?:\.Fl (\S+)\n\(implied\)|[Ii]mplies\n\.Fl (\S+))`)
	excluding = regexp.MustCompile(`\b[Ee]xcludes\b`)
	sameAs    = regexp.MustCompile(`The same as\n\.Fl (\S+)|what\n\.Fl (\S+)\nexcludes|[Ii]mplies\n\.Fl (\S+) ,\nand it excludes what that does`)
)

// read takes what one sentence says.
func (m manual) read(name, sentence string, names map[string]string, like map[string]string) {
	if same := sameAs.FindStringSubmatch(sentence); same != nil {
		like[name] = names[strings.TrimPrefix(same[1]+same[2]+same[3], `\-`)]
		if same[3] != "" {
			m.needs[name][like[name]] = true
		}
		sentence = strings.Replace(sentence, same[0], "", 1)
	}
	if at := excluding.FindStringIndex(sentence); at != nil {
		for _, flag := range manualFlags(sentence[at[1]:]) {
			m.excludes[name][names[flag]] = true
		}
		sentence = sentence[:at[0]]
	}
	if implied.MatchString(sentence) || strings.Contains(strings.ToLower(sentence), "needs") {
		for _, flag := range manualFlags(sentence) {
			m.needs[name][names[flag]] = true
		}
	}
}

// with is a flag, and those that it needs or implies.
func (m manual) with(name string) []string {
	list := []string{name}
	for other := range m.needs[name] {
		list = append(list, other)
	}
	return list
}

// sentences are the parts of a text in roff that end with a full stop.
func sentences(text string) []string {
	return regexp.MustCompile(`\.\n(?:\.Pp\n)?`).Split(text+"\n", -1)
}

// manualFlags are the flags that .Fl names, without dashes.
func manualFlags(text string) []string {
	var list []string
	for line := range strings.Lines(text) {
		_, after, found := strings.Cut(line, "Fl ")
		if !found || !strings.HasPrefix(line, ".") {
			continue
		}
		for _, word := range strings.Fields(after) {
			word = strings.TrimPrefix(word, `\-`)
			switch {
			case regexp.MustCompile(`^[a-z][a-z-]+$|^[A-Za-z0-9]$`).MatchString(word):
				list = append(list, word)
			case word != "," && word != "." && word != "Fl":
				goto next // another macro
			}
		}
	next:
	}
	return list
}
