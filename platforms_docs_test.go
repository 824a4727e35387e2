package main

import (
	"os"
	"strings"
	"testing"
)

// What the Windows binary says is in the script that is held under wine.
func TestTheTableOfPlatformsHasTheWordsOfEveryRefusal(t *testing.T) {
	script, err := os.ReadFile("testdata/windows/lacks.txtar")
	if err != nil {
		t.Fatal(err)
	}
	doc, said := readDoc(t, "docs/platforms.md"), 0
	for line := range strings.Lines(string(script)) {
		words, found := strings.CutPrefix(strings.TrimSpace(line), "fid: ")
		if !found || strings.HasPrefix(words, "--pty") { // that lacks a command, first
			continue
		}
		if said++; !strings.Contains(doc, "`"+words+"`") {
			t.Errorf("docs/platforms.md does not say %q", words)
		}
	}
	if said < 10 {
		t.Errorf("the script has only %d refusals", said)
	}
}
