package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// How what a screen shows is compared with what a document prints.

// differs says where the screens have something else than the documents; empty: nowhere.
func (st *stage) differs(s scene, places []place) string {
	var all []string
	for _, screen := range st.terminals {
		all = append(all, screen.shows()...)
	}
	for _, want := range s.says {
		if !slices.ContainsFunc(masked(all), func(line string) bool { return strings.Contains(line, masked([]string{want})[0]) }) {
			return fmt.Sprintf("no screen has %q", want)
		}
	}
	for _, at := range places {
		if s.by != nil {
			var want []string
			for _, p := range at {
				want = append(want, p.text)
			}
			if !matches(masked(all), masked(slices.Concat([]string{"..."}, want, []string{"..."}))) {
				return fmt.Sprintf("%s:%d: no screen has\n%s", at[0].doc, at[0].line, strings.Join(want, "\n"))
			}
			continue
		}
		for i, want := range outputs(s, at) {
			if want == nil {
				continue
			}
			if got := st.terminals[i].shows(); !matches(masked(got), masked(want)) {
				return fmt.Sprintf("%s:%d: %s\nwants\n  | %s\nand got\n  | %s", at[0].doc, at[i].line, at[i].text,
					strings.Join(masked(want), "\n  | "), strings.Join(masked(got), "\n  | "))
			}
		}
	}
	return ""
}

// outputs is what a place shows of each terminal; nil where it shows nothing.
func outputs(s scene, at place) [][]string {
	list := make([][]string, 0, len(at))
	for _, p := range at {
		if s.shell && len(list) > 0 {
			list[0] = append(list[0], p.output...)
			continue
		}
		list = append(list, p.output)
	}
	return list
}

// matches: the lines are those wanted, of which "..." stands for any number, and "…" in one for any text.
func matches(got, want []string) bool {
	switch {
	case len(want) == 0:
		return len(got) == 0
	case want[0] == "...":
		return matches(got, want[1:]) || len(got) > 0 && matches(got[1:], want)
	}
	return len(got) > 0 && matchesLine(got[0], want[0]) && matches(got[1:], want[1:])
}

func matchesLine(got, want string) bool {
	before, behind, cut := strings.Cut(want, "…")
	return got == want || cut && len(got) >= len(want) && strings.HasPrefix(got, before) && strings.HasSuffix(got, behind)
}

// byNature is what differs from run to run, and what stands for it in a comparison: nothing else may.
func byNature() []mask {
	return []mask{
		{`\b\d\d:\d\d:\d\d\.\d{6}\b`, "<time of day>"},
		{`\b[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT`, "<date>"},
		{` \(least [\d.]+ .?s\)`, ""}, // said where it is much less
		{`, \d+ retransmits?`, ""},
		{`\[=*> *\] +`, "<bar>"},
		{`[\d.]+ [kMG]?B/s`, "<rate>"},
		{` +\d+ s left`, " <time> left"},
		{`\b\d+\.\d of (\d+\.\d [MG]B) +\d+ %`, "<part> of $1 <share> %"},
		{`\b\d+\.\d [MG]B\b|\b\d+\.\d kB\b( of )`, "<amount>$1"}, // of what broke off
		{`\b[\d.]+ (µs|ms)`, "<time>"},
		{`\b\d+\.\d+ s\b`, "<time>"},
		{`:[3-6]\d{4}\b`, ":<port>"}, // the range of ephemeral ones
		{`\bsha256:[\w+/]{43}=`, "<pin>"},
		{`\b[0-9a-f]{64}(  received)$`, "<digest>$1"},
	}
}

type mask struct{ pattern, mask string }

// masked are lines without what differs by nature.
func masked(lines []string) []string {
	var list []string
	for _, line := range lines {
		if strings.HasPrefix(line, `Running as user "root"`) { // tshark
			continue
		}
		for _, m := range byNature() {
			line = regexp.MustCompile(m.pattern).ReplaceAllString(line, m.mask)
		}
		list = append(list, strings.TrimRight(line, " "))
	}
	return byDirection(list)
}

// byDirection puts the lines of a dump in order: what was sent, what was received, messages. Which
// of them is written first differs, too. A line without a mark belongs to the one before it.
func byDirection(lines []string) []string {
	if !slices.ContainsFunc(lines, func(line string) bool { return strings.HasPrefix(line, ">> ") }) {
		return lines
	}
	var before, sent, received, said []string
	to := &before
	for _, line := range lines {
		switch {
		case strings.HasPrefix(line, "fid: ") && to != &before:
			to = &said
		case strings.HasPrefix(line, ">"):
			to = &sent
		case strings.HasPrefix(line, "<"):
			to = &received
		}
		*to = append(*to, line)
	}
	return slices.Concat(before, sent, received, said)
}
