package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// fenced are the blocks of a document in a language.
func fenced(t *testing.T, doc, language string) []string {
	t.Helper()
	var list []string
	for _, m := range regexp.MustCompile("(?ms)^```"+language+"\n(.*?)^```$").FindAllStringSubmatch(readDoc(t, doc), -1) {
		list = append(list, m[1])
	}
	return list
}

// The lines of --json in the documentation have the fields that fid writes, and in its order.
func TestTheLinesOfJSONInTheDocumentationAreAsFidWritesThem(t *testing.T) {
	blocks := fenced(t, "docs/json.md", "json")
	if len(blocks) == 0 {
		t.Fatal("docs/json.md has no lines of JSON")
	}
	for line := range strings.Lines(strings.Join(blocks, "")) {
		line = strings.TrimSpace(line)
		var r record
		d := json.NewDecoder(strings.NewReader(line))
		d.DisallowUnknownFields()
		if err := d.Decode(&r); err != nil {
			t.Errorf("docs/json.md: %v: %s", err, line)
			continue
		}
		written, err := json.Marshal(r)
		if err != nil || string(written) != line {
			t.Errorf("docs/json.md has\n%s\nand fid writes %v\n%s", line, err, written)
		}
	}
}

// The example is put beside the code, as its reader would do, and run.
func TestTheWorkedExampleOfAddingASchemeWorks(t *testing.T) {
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	schemes, replaced := readDoc(t, "netio/schemes.go"), map[string]string{}
	for _, code := range fenced(t, "docs/adding-a-scheme.md", "go") {
		name := ""
		switch {
		case strings.HasPrefix(code, "package netio\n"):
			name = "random.go"
		case strings.Contains(code, "dialRandom"): // the row
			code, name = regexp.MustCompile(`(?m)^\t*\{"file", `).ReplaceAllString(schemes, strings.TrimSpace(code)+"\n$0"), "schemes.go"
		case strings.HasPrefix(code, `{"`) && !strings.Contains(schemes, strings.TrimSpace(code)):
			t.Errorf("docs/adding-a-scheme.md: the table has no such row: %s", code)
			continue
		default:
			continue
		}
		replaced[filepath.Join(here, "netio", name)] = filepath.Join(dir, name)
		if err := os.WriteFile(filepath.Join(dir, name), []byte(code), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replaced})
	if err == nil {
		err = os.WriteFile(dir+"/overlay.json", overlay, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(dir, "fid.exe")
	if out, err := exec.Command("go", "build", "-overlay", dir+"/overlay.json", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	relay, addr := serving(t, nil, func(c *exec.Cmd) { c.Path, c.Err = program, nil }, "relay", "127.0.0.1:0", "random:")
	defer func() { _ = relay.cmd.Process.Kill() }()
	c := dialPeer(t, addr)
	if got := make([]byte, 16); !readsAll(c, got) || string(got) == strings.Repeat("\x00", 16) {
		t.Errorf("random: gives %x", got)
	}
}
