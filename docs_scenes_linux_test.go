package main

import (
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

// A scene runs some lines that the documents print, one after the other, as they are printed.
// Where they stand in several places they are run once, and what they say is compared with each.
type scene struct {
	typed   []string // each line at a terminal of its own; hostA's and lines without a host are in A
	instead []string // what is typed for them where a word of theirs stands for something else
	by      []string // they are output that stands alone, and these commands bring it forth
	shell   bool     // they are one script, in one shell
	needs   string   // services: see docTalks and stage.serve
	before  string   // a script for what must be there
	ready   string   // what the last screen has when it is under way; without it, a new socket listens
	client  string   // a script that runs then
	keys    string   // typed at the last terminal; "^]" and its like are control keys
	leave   string   // typed there when the screens have what they should
	stop    bool     // it goes on for ever, and Ctrl-C ends it once the screens have what they should
	codes   []int    // of each line; 0 where there are fewer, 130 after Ctrl-C
	says    []string // a screen must have these
	check   string   // a script that looks at what came of it
}

// anyCode is that of a line whose end is nobody's business.
const anyCode = -1

// A place is where a document prints a scene.
type place []printed

// cast finds where each scene stands. A line that is in no scene must be in the list of lines
// that are not run, and both lists must not name what the documents do not have.
func cast(t *testing.T, scenes []scene, notRun map[string]string) map[int][]place {
	t.Helper()
	places, excused := map[int][]place{}, map[string]bool{}
	for _, doc := range commandDocs(t) {
		for _, b := range blocksOf(t, doc) {
			for i := 0; i < len(b); {
				at := longest(scenes, b[i:])
				switch {
				case at >= 0:
					n := len(scenes[at].typed)
					places[at] = append(places[at], place(b[i:i+n]))
					i += n
					continue
				case notRun[b[i].text] == "":
					t.Errorf("%s:%d: no scene runs this: %s", doc, b[i].line, b[i].text)
				}
				excused[b[i].text] = true
				i++
			}
		}
	}
	for i := range scenes {
		if places[i] == nil {
			t.Errorf("no document prints this any more: %s", scenes[i].typed[0])
		}
	}
	for line := range notRun {
		if !excused[line] {
			t.Errorf("a line that is not run is in no document any more, or in a scene: %s", line)
		}
	}
	return places
}

// longest is the scene with the most lines that stand at the beginning of b; -1 is none.
func longest(scenes []scene, b block) int {
	best := -1
	for i, s := range scenes {
		if len(s.typed) <= len(b) && (best < 0 || len(s.typed) > len(scenes[best].typed)) &&
			slices.EqualFunc(s.typed, b[:len(s.typed)], func(line string, p printed) bool { return line == p.text }) {
			best = i
		}
	}
	return best
}

// The commands are run as printed, in a network of their own, with what they name; see scene.
func TestTheCommandsOfTheDocumentationDoWhatItSays(t *testing.T) {
	scenes := docScenes()
	places := cast(t, scenes, docLinesNotRun())
	privateNetwork(t) // or a reason why there is none
	requirePeer(t, "bash")
	a := newAuthority(t)
	issued := a.issue("docs.pem", certificate("docs", "example.com", "example.org", "mail.example.com", "host"))
	turns := make(chan bool, 12) // most of them wait most of the time
	var all sync.WaitGroup
	for i, s := range scenes {
		all.Add(1)
		go func() {
			defer all.Done()
			turns <- true
			defer func() { <-turns }()
			t.Run(strings.Join(s.typed, "; "), func(t *testing.T) { newStage(t, a, issued, s).act(s, places[i]) })
		}()
	}
	all.Wait()
}

// act types a scene's lines and compares.
func (st *stage) act(s scene, places []place) {
	lines := s.typed
	switch {
	case s.by != nil:
		lines = s.by
	case s.instead != nil:
		lines = s.instead
	}
	if s.shell {
		lines = []string{"set -e\n" + strings.Join(lines, "\n")}
	}
	for i, line := range lines {
		before := st.listeners()
		host, command := "A", st.pinned(line)
		if name, rest, found := strings.Cut(command, "$ "); found && strings.HasPrefix(name, "host") {
			host, command = strings.TrimPrefix(name, "host"), rest
		}
		if strings.HasSuffix(command, "&") {
			command += "\nwait" // a shell at a terminal does not end behind it
		}
		screen := st.open(host, command)
		switch isLast := i == len(lines)-1; {
		case isLast && s.ready != "":
			st.awaits(s.ready, func() bool { return isClosed(screen.done) || strings.Contains(screen.written.String(), s.ready) })
		case !isLast, s.client != "":
			st.awaits("a listening socket", func() bool { return isClosed(screen.done) || st.listeners() > before })
		}
	}
	st.play(s, places)
}

// play does what is to be done once all lines are typed, and compares.
func (st *stage) play(s scene, places []place) {
	last := st.terminals[len(st.terminals)-1]
	if s.client != "" {
		st.script("A", s.client)
	}
	if s.keys != "" {
		_, _ = last.keys.WriteString(controlKeys(s.keys))
	}
	leave := s.leave
	if s.stop {
		leave = "^C"
	}
	why := ""
	if leave == "" {
		st.endsWith(s)
		why = st.differs(s, places)
	} else {
		_ = await(func() bool {
			over := isClosed(last.ended)
			why = st.differs(s, places)
			return why == "" || over
		})
		_, _ = last.keys.WriteString(controlKeys(leave))
		st.endsWith(s)
	}
	if why != "" {
		st.t.Errorf("%s\n%s", why, st.seen())
	}
	if s.check != "" {
		st.script("A", s.check)
	}
}

// pinned gives a line the pin that was told by a line before it, as a user would.
func (st *stage) pinned(line string) string {
	typed := regexp.MustCompile(`sha256:\S+`)
	if len(st.terminals) == 0 || !strings.Contains(line, "--pin sha256:") {
		return line
	}
	told := regexp.MustCompile(`--pin (sha256:\S{44})\s`)
	st.awaits("a pin", func() bool { return told.MatchString(st.terminals[0].written.String()) })
	return typed.ReplaceAllLiteralString(line, told.FindStringSubmatch(st.terminals[0].written.String())[1])
}

// controlKeys are keys as they are typed, of which "^]" stands for the control key.
func controlKeys(keys string) string {
	return regexp.MustCompile(`\^[A-Z\]]`).ReplaceAllStringFunc(keys, func(key string) string { return string(key[1] & 0x1f) })
}

// endsWith waits for the ends of all lines, which must have the codes of the scene.
func (st *stage) endsWith(s scene) {
	st.t.Helper()
	for i, screen := range st.terminals {
		st.awaits("the end of "+screen.command, func() bool { return isClosed(screen.done) && isClosed(screen.ended) })
		want := 0
		switch {
		case i < len(s.codes):
			want = s.codes[i]
		case s.stop && i == len(st.terminals)-1:
			want = 130
		}
		if got := exitCode(screen.cmd.ProcessState); got != want && want != anyCode {
			st.t.Errorf("%s: exit %d, want %d\n%s", screen.command, got, want, st.seen())
		}
	}
}
