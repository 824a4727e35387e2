package main

import (
	"strings"
	"testing"

	"fid/netio"
)

func TestHelpNamesEverySchemeThatTheModeTakes(t *testing.T) {
	for _, s := range netio.Schemes() {
		if strings.HasPrefix(s.Name, "tcp") || s.Name == "udp4" || s.Name == "udp6" {
			continue // HOST:PORT, udp:HOST:PORT
		}
		for _, mode := range modeNames {
			takes := s.Listen != nil
			switch mode {
			case "relay":
				takes = takes || s.Dial != nil
			case "connect":
				takes = s.Dial != nil && s.Name != "file"
			}
			if takes && !strings.Contains(opening(mode), s.Usage) {
				t.Errorf("fid %s --help does not name %s", mode, s.Usage)
			}
		}
	}
}

func TestHelpIsAsWideAsAScreenAndTheOverviewAsHigh(t *testing.T) {
	if n := strings.Count(overview, "\n"); n > 23 { // and the prompt
		t.Errorf("fid --help has %d lines", n)
	}
	for _, mode := range modeNames {
		text := helpText(mode, 2*cellWidth)
		for _, line := range strings.Split(text, "\n") {
			if len(line) >= 2*cellWidth {
				t.Errorf("fid %s --help has a line of %d characters: %s", mode, len(line), line)
			}
		}
	}
	for _, line := range strings.Split(overview+overviewOfNC, "\n") {
		if len(line) >= 2*cellWidth {
			t.Errorf("the overview has a line of %d characters: %s", len(line), line)
		}
	}
}

func TestEveryFlagOfHelpHasItsLetterAndNameOnce(t *testing.T) {
	seen := map[string]bool{}
	once := func(word string) {
		if seen[word] {
			t.Errorf("%s stands twice in the tables", word)
		}
		seen[word] = true
	}
	for _, f := range flags() {
		if f.letter != 0 {
			once("-" + string(f.letter))
		}
		if f.long != "" {
			once("--" + f.long)
		}
	}
	for _, r := range refusals() {
		if r.letter != 0 {
			once("-" + string(r.letter))
		}
		if r.long != "" {
			once("--" + r.long)
		}
	}
}
