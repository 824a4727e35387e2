package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// testsByName are the test and fuzz functions of the module, and the scripts of testdata.
func testsByName(t *testing.T) map[string]bool {
	t.Helper()
	declared := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)
	names := map[string]bool{}
	for _, pattern := range []string{"*_test.go", "modes/*_test.go", "netio/*_test.go", "testdata/*.txtar"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range files {
			if strings.HasSuffix(name, ".txtar") {
				names[filepath.ToSlash(name)] = true
				continue
			}
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range declared.FindAllSubmatch(text, -1) {
				names[string(m[1])] = true
			}
		}
	}
	return names
}

// A row of these tables names the tests in its last cell, or gives the reason why there is none.
func TestTheTestsThatTheDocumentationNamesExist(t *testing.T) {
	known := testsByName(t)
	named := regexp.MustCompile("`((?:Test|Fuzz)\\w+|testdata/[^`]+\\.txtar)`")
	for _, doc := range []string{"docs/faults.md", "docs/security.md"} {
		for _, row := range matchingLines(readDoc(t, doc), "| ") {
			cells := strings.Split(strings.Trim(row, "| "), " | ")
			last := strings.TrimSpace(cells[len(cells)-1])
			if last == "shown by" {
				continue
			}
			found := named.FindAllStringSubmatch(last, -1)
			if len(found) == 0 && !strings.HasPrefix(last, "no test: ") {
				t.Errorf("%s: neither a test nor a reason: %s", doc, row)
			}
			for _, m := range found {
				if !known[m[1]] {
					t.Errorf("%s: there is no %s: %s", doc, m[1], row)
				}
			}
		}
	}
}
