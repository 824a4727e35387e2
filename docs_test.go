package main

import (
	"cmp"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"fid/netio"
)

func readDoc(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(text), "\r\n", "\n") // git's work on Windows
}

// matchingLines are the lines of a document that begin with prefix.
func matchingLines(doc, prefix string) []string {
	var found []string
	for line := range strings.Lines(doc) {
		if strings.HasPrefix(line, prefix) {
			found = append(found, strings.TrimSuffix(line, "\n"))
		}
	}
	return found
}

// sameLines reports what stands on one side only, and a different order.
func sameLines(t *testing.T, doc string, got, want []string) {
	t.Helper()
	for i := range max(len(got), len(want)) {
		switch {
		case i >= len(got):
			t.Fatalf("%s: line %d is missing:\n%s", doc, i+1, want[i])
		case i >= len(want):
			t.Fatalf("%s: the code knows nothing of line %d:\n%s", doc, i+1, got[i])
		case got[i] != want[i]:
			t.Fatalf("%s: line %d is\n%s\nand by the code\n%s", doc, i+1, got[i], want[i])
		}
	}
}

func TestExitCodesAreThoseOfTheDocumentation(t *testing.T) {
	var table, list []string
	for _, k := range netio.Kinds() {
		table = append(table, fmt.Sprintf("| %d | `%s` | %s |", k.Kind, k.Word, k.Text))
		list = append(list, fmt.Sprintf("%d\n%s", k.Kind, k.Text))
	}
	var rows []string
	for _, line := range matchingLines(readDoc(t, "docs/exit-codes.md"), "| ") {
		if regexp.MustCompile(`^\| \d`).MatchString(line) {
			rows = append(rows, line)
		}
	}
	sameLines(t, "docs/exit-codes.md", rows, table)

	_, after, _ := strings.Cut(readDoc(t, "docs/fid.1"), ".Sh EXIT STATUS\n")
	status, _, _ := strings.Cut(after, ".El\n")
	items := strings.Split(status, ".It ")[1:]
	for i := range items {
		items[i] = strings.TrimSuffix(items[i], "\n")
	}
	sameLines(t, "docs/fid.1, EXIT STATUS", items, list)
}

// manualItem is how the manual page lists a flag: letter, name, value, modes.
func manualItem(f flag) string {
	item := ".It"
	switch {
	case f.letter != 0 && f.long != "":
		item += fmt.Sprintf(` Fl %c , Fl \-%s`, f.letter, f.long)
	case f.letter != 0:
		item += fmt.Sprintf(` Fl %c`, f.letter)
	default:
		item += fmt.Sprintf(` Fl \-%s`, f.long)
	}
	switch {
	case f.optional:
		item += " Ns Oo = Ns Ar " + strings.Trim(f.value, "[=]") + " Oc"
	case f.value != "":
		item += " Ar " + f.value
	}
	return item + " Pq " + modesOf(f)
}

// byLetter orders flags as the manual page does: digits, letters with the small ones
// first, then those that have none.
func byLetter(a, b flag) int {
	rank := func(f flag) int {
		switch c := int(f.letter); {
		case c == 0:
			return 1000
		case c >= 'A' && c <= 'Z':
			return 2*(c+'a'-'A') + 1
		default:
			return 2 * c
		}
	}
	return rank(a) - rank(b)
}

func TestFlagsAreThoseOfTheManual(t *testing.T) {
	list := flags()
	slices.SortFunc(list, func(a, b flag) int { return cmp.Or(byLetter(a, b), strings.Compare(a.long, b.long)) })
	var want []string
	for _, f := range list {
		want = append(want, manualItem(f))
	}
	_, after, _ := strings.Cut(readDoc(t, "docs/fid.1"), ".Sh FLAGS\n")
	section, _, _ := strings.Cut(after, ".Sh ")
	sameLines(t, "docs/fid.1, FLAGS", matchingLines(section, ".It Fl"), want)
}

func TestFieldsOfJSONAreThoseOfTheDocumentation(t *testing.T) {
	doc := readDoc(t, "docs/json.md")
	table, _, _ := strings.Cut(doc, "## Events")
	for _, field := range reflect.VisibleFields(reflect.TypeFor[record]()) {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if !strings.Contains(table, "`"+name+"`") {
			t.Errorf("docs/json.md does not name the field %s", name)
		}
	}
}
