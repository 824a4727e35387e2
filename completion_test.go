package main

import (
	"regexp"
	"strings"
	"testing"
)

// Of the shells the others are run; a PowerShell is not in Debian.
func TestTheScriptOfAShellNamesEveryFlagAndScheme(t *testing.T) {
	for _, shell := range shells() {
		script := completionScript(shell)
		if left := regexp.MustCompile(`@[A-Z]+@`).FindString(script); left != "" {
			t.Errorf("%s: %s was not filled in", shell, left)
		}
		if strings.IndexFunc(script, func(r rune) bool { return r > '~' }) >= 0 {
			t.Errorf("%s: there is more than ASCII, which a file may lose", shell)
		}
		for _, f := range flags() {
			if !regexp.MustCompile(`(?m)^.*\b` + f.completedModes() + ` .*-` + f.name() + ` `).MatchString(script) {
				t.Errorf("%s does not know the flag %s", shell, f.typed())
			}
		}
		for _, scheme := range []string{"tcp:", "unix-dgram:", "echo:", "file:", "exec:"} {
			if !strings.Contains(script, " "+scheme) {
				t.Errorf("%s does not know %s", shell, scheme)
			}
		}
	}
}

// The table stands between single quotes, one of which would end it.
func TestAnApostropheInHelpDoesNotEndTheTableOfAScript(t *testing.T) {
	help := ""
	for _, f := range flags() {
		help += f.help
	}
	if !strings.Contains(help, "'") {
		t.Skip("no help has an apostrophe")
	}
	for shell, written := range map[string]string{"bash": `clients'\''`, "zsh": `clients'\''`, "fish": `clients\'`, "powershell": "clients' "} {
		if !strings.Contains(completionScript(shell), written) {
			t.Errorf("%s: an apostrophe is not written as %s", shell, written)
		}
	}
}
