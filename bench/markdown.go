package main

import (
	"bytes"
	"fmt"
	"io"
	"time"
)

// sources are how many loopback addresses a client connects from: each closed
// connection keeps its port for a minute, and one address has 28,000.
const sources = 64

// A report is what the two files are made of.
type report struct {
	when    time.Time
	took    time.Duration
	rounds  int
	facts   []fact
	missing []string // what is not installed
	figures []*figure
}

// A fact is a line about the machine or a program.
type fact struct{ name, value string }

const introduction = `# Benchmarks

What fid costs beside other tools of its kind, measured on one machine on %s by
[bench](../bench), which wrote this page and the chart. Other machines have other
figures; in the root of the repository this takes them anew, in about %s
(` + "`-h`" + ` lists the flags):

` + "```\ngo run ./bench\n```" + `

![%s](benchmarks.svg)

Each figure is the median of %s. In a round all contenders have their turn, in
an order that changes from round to round, so that what else the machine does meets
all alike. Every sample has new processes. The clients are one process with one epoll
loop, on the same cores as what is measured: it compares every byte that comes back,
closes connections in order, and takes turns with %d loopback addresses, so that it
never runs out of ports. A contender that lost data, failed or did not end has no figure.
`

const chartText = "Bars of each tool relative to fid"

// markdown writes the page.
func (r report) markdown() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, introduction, r.when.Format(time.DateOnly), minutes(r.took), chartText, plural(r.rounds, "round"), sources)
	r.writeMachine(&b)
	r.writeBars(&b)
	section := ""
	for _, f := range r.figures {
		if f.section != section {
			section = f.section
			fmt.Fprintf(&b, "\n## %s\n", section)
		}
		writeFigure(&b, f)
	}
	return b.Bytes()
}

func minutes(d time.Duration) string {
	return plural(max(1, int(d.Round(time.Minute).Minutes())), "minute")
}

func plural(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

func (r report) writeMachine(w io.Writer) {
	fmt.Fprintf(w, "\n## Where\n\n| | |\n|---|---|\n")
	for _, f := range r.facts {
		fmt.Fprintf(w, "| %s | %s |\n", f.name, f.value)
	}
	for _, name := range r.missing {
		fmt.Fprintf(w, "| %s | not installed: `apt-get install %s` |\n", name, packageOf(name))
	}
}

// packageOf is the Debian package of a program.
func packageOf(name string) string {
	switch name {
	case ncName:
		return "netcat-openbsd"
	case "cc":
		return "gcc libc6-dev"
	case "nginx":
		return "libnginx-mod-stream nginx"
	}
	return name
}

func (r report) writeBars(w io.Writer) {
	fmt.Fprintf(w, "\n## What fid should reach\n\n| figure | bar | result | |\n|---|---|---|---|\n")
	for _, f := range r.figures {
		name := f.section + ": " + f.name
		if f.subject != subjectName {
			name += ", " + f.subject
		}
		for _, v := range f.judge() {
			fmt.Fprintf(w, "| %s | %s | %s | %s |\n", name, v.bar, v.result, emphasized(v.word))
		}
	}
}

// emphasized makes what is not as it should be stand out.
func emphasized(word string) string {
	if word == reached {
		return word
	}
	return "**" + word + "**"
}

func writeFigure(w io.Writer, f *figure) {
	fmt.Fprintf(w, "\n### %s\n\n%s %s.\n\n", f.name, f.meaning, capital(f.better()))
	fmt.Fprintf(w, "| | median | range | ÷ %s |\n|---|---:|---:|---:|\n", f.subject)
	for _, r := range f.rows {
		c := f.cells(r)
		fmt.Fprintf(w, "| %s | %s | %s | %s |\n", c[0], c[1], c[2], c[3])
	}
	for _, r := range f.rows {
		if r.failed != nil {
			fmt.Fprintf(w, "\n%s %v.\n", r.name, r.failed)
		}
	}
}
