package main

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// What the documents print as commands, and as what these say.

// A printed command is one line of a block, with the lines of output that stand below it.
type printed struct {
	doc    string
	line   int
	text   string // with "hostA$ " or "hostB$ " before it, where that stands there; without "$ "
	output []string
}

// A block holds the commands that stand together.
type block []printed

// commandDocs are the documents that may have commands: all.
func commandDocs(t *testing.T) []string {
	t.Helper()
	docs, err := filepath.Glob("docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	return append([]string{"README.md", "SECURITY.md", "docs/fid.1"}, docs...)
}

// blocksOf reads the blocks of a document: what is fenced without a language, and of the manual
// page the displayed lines and the commands in its text.
func blocksOf(t *testing.T, doc string) []block {
	t.Helper()
	if strings.HasSuffix(doc, ".1") {
		return manualBlocks(doc, readDoc(t, doc))
	}
	var blocks []block
	var lines []string
	fence, start, skip := -1, 0, false // the fence's indentation; -1 outside
	for i, line := range strings.Split(readDoc(t, doc), "\n") {
		text := strings.TrimLeft(line, " ")
		switch {
		case strings.HasPrefix(text, "```") && fence < 0:
			fence, start, skip = len(line)-len(text), i+2, text != "```"
		case strings.HasPrefix(text, "```"):
			if !skip {
				blocks = append(blocks, commandsOf(doc, start, lines))
			}
			fence, lines = -1, nil
		case fence >= 0:
			lines = append(lines, line[min(fence, len(line)):])
		}
	}
	return blocks
}

var (
	prompt     = regexp.MustCompile(`^(?:host[AB])?\$ `)
	sideBySide = regexp.MustCompile(`^(host[AB]\$ .*?\S) {2,}(host[AB]\$ .*)$`)
)

// commandsOf reads a block. Where a prompt stands, lines without one are output; else each line
// is a command.
func commandsOf(doc string, start int, lines []string) block {
	hasPrompts := false
	for _, line := range lines {
		hasPrompts = hasPrompts || prompt.MatchString(line)
	}
	var b block
	for i, line := range lines {
		switch sides := sideBySide.FindStringSubmatch(line); {
		case sides != nil:
			b = append(b, printed{doc: doc, line: start + i, text: sides[1]}, printed{doc: doc, line: start + i, text: sides[2]})
		case hasPrompts && !prompt.MatchString(line):
			b[len(b)-1].output = append(b[len(b)-1].output, line)
		default:
			b = append(b, printed{doc: doc, line: start + i, text: strings.TrimPrefix(line, "$ ")})
		}
	}
	return b
}

// A literal of the manual page that begins so is a command to type.
var literalCommand = regexp.MustCompile(`^\.Ql (?:fid|nc|dd|ssh|tshark) [^:]`)

// manualBlocks reads displayed lines, .Dl, of which a run without anything between is a block,
// and literals, .Ql.
func manualBlocks(doc, text string) []block {
	var blocks []block
	displayed := false
	for i, line := range strings.Split(text, "\n") {
		command, isDisplay := strings.CutPrefix(line, ".Dl ")
		switch {
		case isDisplay && displayed:
			last := &blocks[len(blocks)-1]
			if before := &(*last)[len(*last)-1]; strings.HasSuffix(before.text, " |") {
				before.text += " " + strings.TrimSpace(unroff(command))
			} else {
				*last = append(*last, printed{doc: doc, line: i + 1, text: unroff(command)})
			}
		case isDisplay:
			blocks = append(blocks, block{{doc: doc, line: i + 1, text: unroff(command)}})
		case literalCommand.MatchString(line) && !regexp.MustCompile(` (Ar|Li|Cm|Ns|No) `).MatchString(line):
			literal := strings.TrimPrefix(line, ".Ql ")
			blocks = append(blocks, block{{doc: doc, line: i + 1, text: unroff(regexp.MustCompile(` [.,;]$`).ReplaceAllString(literal, ""))}})
		}
		displayed = isDisplay
	}
	return blocks
}

// unroff is the text that stands behind roff's escapes.
func unroff(s string) string {
	return strings.NewReplacer(`\e`, `\`, `\ `, " ", `\-`, "-", `\&`, "").Replace(s)
}
