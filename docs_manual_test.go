package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The manual page beside the code, but for its flags (docs_test.go, manual_flags_linux_test.go) and
// its commands (docs_scenes_linux_test.go).

// manualSection is the text of a section, in roff.
func manualSection(t *testing.T, title string) string {
	t.Helper()
	_, after, found := strings.Cut(readDoc(t, "docs/fid.1"), ".Sh "+title+"\n")
	if !found {
		t.Fatalf("docs/fid.1 has no section %s", title)
	}
	section, _, _ := strings.Cut(after, "\n.Sh ")
	return section
}

// inCode are the first groups of pattern in the code of the program, tests aside.
func inCode(t *testing.T, pattern string) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	for _, dir := range []string{".", "modes", "netio"} {
		files, err := filepath.Glob(dir + "/*.go")
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(readDoc(t, name), -1) {
				found[m[1]] = true
			}
		}
	}
	if len(found) == 0 {
		t.Fatalf("the code has no %s", pattern)
	}
	return found
}

// wordsOf are the words that a macro marks in a text.
func wordsOf(text, macro string) map[string]bool {
	words := map[string]bool{}
	for line := range strings.Lines(text) {
		if _, after, found := strings.Cut(line, macro+" "); found && strings.HasPrefix(line, ".") {
			for _, word := range strings.Fields(after) {
				words[word] = true
			}
		}
	}
	return words
}

func TestTheManualNamesEveryVariableThatIsReadOrSet(t *testing.T) {
	section := manualSection(t, "ENVIRONMENT")
	named := wordsOf(section+manualSection(t, "COMMANDS"), "Ev")
	read := inCode(t, `(?:Getenv|LookupEnv)\("(\w+)"\)`)
	for _, both := range []string{"SSL_CERT_FILE", "SSL_CERT_DIR"} { // crypto/x509 does
		read[both] = true
	}
	for call := range inCode(t, `firstSet\(("[^)]*)\)`) {
		for _, name := range strings.Split(call, ", ") {
			read[strings.Trim(name, `"`)] = true
		}
	}
	for set := range inCode(t, `add\("(FID_\w+)"`) {
		read[set], read[set+"_HOST"], read[set+"_PORT"] = true, true, true
	}
	for name := range read {
		if !named[name] {
			t.Errorf("docs/fid.1 does not name the variable %s", name)
		}
	}
	for name := range wordsOf(section, "It Ev") {
		if name != "," && !read[name] {
			t.Errorf("docs/fid.1, ENVIRONMENT: nothing reads %s", name)
		}
	}
}

func TestTheManualNamesEverySignalThatIsCaught(t *testing.T) {
	named := wordsOf(manualSection(t, "SIGNALS"), "Dv")
	for list := range inCode(t, `(?:signal\.Notify\(|\[\]os\.Signal\{)([^)}\n]*SIG[^)}\n]*)`) {
		for _, name := range regexp.MustCompile(`SIG[A-Z0-9]+`).FindAllString(list, -1) {
			if !named[name] {
				t.Errorf("docs/fid.1, SIGNALS does not name %s", name)
			}
		}
	}
}

func TestTheManualNamesEveryFileThatIsRead(t *testing.T) {
	named := wordsOf(manualSection(t, "FILES"), "Pa")
	for name := range inCode(t, `"(/etc/[^"]+|/dev/tty)"`) {
		if !named[name] {
			t.Errorf("docs/fid.1, FILES does not name %s", name)
		}
	}
}

func TestTheManualHasEachRFCThatItNamesInItsStandards(t *testing.T) {
	standards := manualSection(t, "STANDARDS")
	for _, m := range regexp.MustCompile(`RFC[s ]*(\d+)(?:(?:, | and )(\d+))?`).FindAllStringSubmatch(readDoc(t, "docs/fid.1"), -1) {
		for _, number := range m[1:] {
			if !regexp.MustCompile(`\b` + number + `\b`).MatchString(standards) {
				t.Errorf("docs/fid.1, STANDARDS does not have RFC %s", number)
			}
		}
	}
}

func TestTheManualHasNothingThatItsReadersWarnOf(t *testing.T) {
	requirePeer(t, "mandoc", "groff", "man")
	for _, line := range []string{
		"mandoc -T lint -W warning docs/fid.1",
		"groff -ww -mdoc -Tutf8 docs/fid.1",
		"man --warnings -E UTF-8 -l -Tutf8 -Z docs/fid.1", // as lintian asks
	} {
		f := strings.Fields(line)
		cmd := exec.Command(f[0], f[1:]...)
		cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8", "MANROFFSEQ=", "MANWIDTH=80")
		var said buffer
		cmd.Stderr = &said
		if f[0] == "mandoc" {
			cmd.Stdout = &said
		}
		if err := cmd.Run(); err != nil || said.Len() > 0 {
			t.Errorf("%s: %v\n%s", line, err, said.String())
		}
	}
}
