package main

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/mattn/go-isatty"

	"fid/modes"
	"fid/netio"
)

// A console is the only thing that talks: events and errors go through it to
// standard error, the reports of checks to standard output, and both to --json.
type console struct {
	asNC     bool
	mode     string
	verbose  int
	onScreen bool // standard error is a terminal
	serving  bool // the run has many sessions, and tells of each
	once     bool // the run ends with its first session, and tells how that ended
	check    bool // the run has no data: its report is the output (-z, --echo)
	begin    time.Time
	stderr   *lines
	json     *lines // nil without --json
	jsonOnly bool   // --json goes to standard error, in place of words

	mu      sync.Mutex
	summary summary
}

func newConsole(asNC bool) *console {
	return &console{asNC: asNC, onScreen: isatty.IsTerminal(os.Stderr.Fd()) || isatty.IsCygwinTerminal(os.Stderr.Fd()),
		begin: time.Now(), stderr: newLines(os.Stderr)}
}

// configure reads the flags that are about talking.
func (c *console) configure(v *values) error {
	c.verbose = v.c.Int("verbose")
	c.serving = c.mode == "echo" || c.mode == "relay" || v.is("keep-open")
	c.once = v.is("once")
	c.check = v.is("probe") || v.is("echo")
	if !v.is("json") {
		return nil
	}
	switch to := v.c.String("json"); {
	case to == "" && c.check:
		c.json, c.jsonOnly = newLines(os.Stdout), true
	case to == "":
		c.json, c.jsonOnly = c.stderr, true
	case strings.HasPrefix(to, "fd:"):
		n, err := strconv.Atoi(to[3:])
		file := netio.InheritedFile(n)
		if err != nil || file == nil {
			return netio.Usagef("", "--json=%s: fd:N with the number of an open descriptor is meant", shorten(to))
		}
		c.json = newLines(file)
	default:
		f, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644)
		if err != nil {
			return &netio.Error{Kind: netio.KindLocal, Addr: shorten(to), What: "cannot write: " + netio.Reason(err), Err: err}
		}
		c.json = newLines(f)
	}
	return nil
}

// event tells of an event: it is called from every session at once.
func (c *console) event(e modes.Event) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.summary.add(e)
	if c.json != nil {
		c.json.add(jsonEvent(e))
	}
	if c.jsonOnly {
		return
	}
	if line, report := c.words(e); line != "" && report {
		c.report(line)
	} else if line != "" {
		c.say(line)
	}
}

func (c *console) say(line string) { c.stderr.add(escape(line) + "\n") }

// report writes a line of a check's answer: standard output has no data then.
func (c *console) report(line string) {
	if _, err := os.Stdout.WriteString(escape(line) + "\n"); err != nil && c.summary.reportErr == nil {
		c.summary.reportErr = &netio.Error{Kind: netio.KindLocal, Addr: "standard output", What: netio.Reason(err), Err: err}
	}
}

// finish says how the run ended and returns the exit code.
func (c *console) finish(err error) netio.Kind {
	if err == nil {
		err = c.summary.reportErr
	}
	code := netio.KindOf(err)
	if c.json != nil {
		c.json.add(c.summary.json(c, err, code))
		c.json.close()
	}
	if err != nil && err != error(errHelpShown) && !c.jsonOnly {
		c.sayError(err, code)
	}
	c.stderr.close()
	return code
}

// sayError says an error, then its hint. A signal needs no words, since whoever
// sent it knows; nor does a closed port to nc -z, which is asked for its code.
func (c *console) sayError(err error, code netio.Kind) {
	usage := code == netio.KindUsage || code == netio.KindLocal
	if code > 128 && c.verbose == 0 || c.asNC && c.check && c.verbose == 0 && !usage {
		return
	}
	if c.asNC && c.verbose > 0 && !usage {
		c.say(errorOfNC(err))
		return
	}
	c.say(c.prefix() + err.Error())
	if e, ok := err.(*netio.Error); ok && e.Hint != "" {
		c.say("  " + e.Hint)
	}
}

func (c *console) prefix() string { return "fid: " }

// escape shows what a terminal would obey: bytes of names and peers end up in
// messages. The line's own text is ASCII.
func escape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 || !strconv.IsPrint(r) {
			for _, raw := range []byte(s[i : i+n]) {
				fmt.Fprintf(&b, `\x%02x`, raw)
			}
		} else {
			b.WriteString(s[i : i+n])
		}
		i += n
	}
	return b.String()
}

// Lines are written by a goroutine of their own and dropped when too many wait:
// the data never waits for a log that nobody reads.
type lines struct {
	to      io.Writer
	queue   chan string
	done    chan struct{}
	dropped int
}

// How many lines may wait, and how long the end of the run waits for them.
const (
	queuedLines = 4096
	flushLimit  = 500 * time.Millisecond
)

func newLines(to io.Writer) *lines { return &lines{to: to} }

func (l *lines) add(line string) {
	if l.queue == nil {
		l.queue, l.done = make(chan string, queuedLines), make(chan struct{})
		go l.write(l.queue)
	}
	select {
	case l.queue <- line:
	default:
		l.dropped++
	}
}

func (l *lines) write(queue <-chan string) {
	defer close(l.done)
	for line := range queue {
		_, _ = io.WriteString(l.to, line) // there is nobody left to tell of a failure here
	}
}

// close waits until all is written, or for flushLimit where nobody reads.
func (l *lines) close() {
	if l.queue == nil {
		return
	}
	if l.dropped > 0 {
		select {
		case l.queue <- fmt.Sprintf("fid: %d messages were dropped: nobody read them\n", l.dropped):
		default:
		}
	}
	close(l.queue)
	l.queue = nil
	select {
	case <-l.done:
	case <-time.After(flushLimit):
	}
}
