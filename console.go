package main

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
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
	udp      bool // -u
	once     bool // the run ends with its first session, and tells how that ended
	check    bool // the run has no data: its report is the output (-z, --echo)
	begin    time.Time
	stderr   *lines
	stdout   *lines                      // the report of a check
	json     *lines                      // nil without --json
	jsonOnly bool                        // --json goes to standard error or into the report, in place of words
	unjsoned atomic.Pointer[netio.Error] // why --json's file is not whole; nil: it is

	monitor  netio.Monitor     // of the run's sessions
	progress *progress         // shows how far the one session is; nil: it does not
	terminal netio.RawTerminal // of --raw
	dump     *netio.Recording  // which may go where words go; nil without one

	names   serviceNames // of ports
	madePin string       // of the certificate that was made for the run; empty: none was

	mu      sync.Mutex
	summary summary
}

// isScreen: a person may look at what is written to f.
func isScreen(f *os.File) bool {
	return isatty.IsTerminal(f.Fd()) || isatty.IsCygwinTerminal(f.Fd())
}

// newConsole makes the console of a run, which ends with ctx; failed ends it when
// a report cannot be written.
func newConsole(ctx context.Context, failed func(error), asNC bool) *console {
	c := &console{asNC: asNC, onScreen: isScreen(os.Stderr),
		begin: time.Now(), stdout: newReport(ctx, os.Stdout, failed)}
	c.stderr = newLog(screen{c})
	return c
}

// configure reads the flags that are about talking.
func (c *console) configure(v *values) error {
	c.verbose = v.c.Int("verbose")
	c.serving = c.mode == "echo" || c.mode == "relay" || v.keepsOpen()
	c.once = v.is("once")
	c.udp = v.is("udp")
	c.check = v.is("probe") || v.is("echo")
	c.names.unwanted = v.is("numeric")
	if c.check {
		c.stderr.waitFor(c.stdout) // what is shut, and why, is half of the answer
	}
	if !v.is("json") {
		return nil
	}
	if err := c.openJSON(v); err != nil {
		return err
	}
	if c.check {
		c.json.waitFor(c.stdout)
	}
	return nil
}

// openJSON opens what --json names.
func (c *console) openJSON(v *values) error {
	switch to := v.c.String("json"); {
	case to == "" && c.check:
		c.json, c.jsonOnly = c.stdout, true
	case to == "":
		c.json, c.jsonOnly = c.stderr, true
	case strings.HasPrefix(to, "fd:"):
		n, err := strconv.Atoi(to[3:])
		file := netio.InheritedFile(n)
		if err != nil || file == nil {
			return netio.Usagef("", "--json=%s: fd:N with the number of an open descriptor is meant", shorten(to))
		}
		c.json = c.newRecord(to, file)
	case to == "-":
		return netio.Usagef("--json=fd:1", "--json=-: is standard output meant?")
	default:
		ctx := c.stdout.ctx // the run's
		f, err := netio.OpenOutput(ctx, to, os.O_APPEND, 0o644)
		if err != nil && ctx.Err() != nil {
			return err
		}
		if err != nil {
			return &netio.Error{Kind: netio.KindLocal, Addr: shorten(to), What: "cannot write: " + netio.Reason(err), Err: err}
		}
		c.json = c.newRecord(shorten(to), f)
	}
	return nil
}

// newRecord returns a log whose failure is told at once, in words, and is the run's end where
// nothing else went wrong: a script reads it.
func (c *console) newRecord(name string, to *os.File) *lines {
	l := newLog(to)
	l.failed = func(err error) {
		broken := netio.RecordError(name, err)
		c.unjsoned.Store(broken)
		c.stderr.add(escape(c.prefix()+broken.Error()+"; from here on no event is written there") + "\n")
	}
	return l
}

// event tells of an event: it is called from every session at once.
func (c *console) event(e modes.Event) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.summary.add(e)
	c.progress.event(e)
	if c.json != nil && e.Name != modes.Ports { // which is a part of the summary
		c.json.add(c.jsonEvent(e))
		if e.Local != nil {
			c.summary.local = e.Local()
		}
	}
	if c.jsonOnly {
		return
	}
	if e.Name == modes.Secured {
		for _, line := range c.securityWords(e) {
			c.say(line)
		}
		return
	}
	if e.Name == modes.Ended && c.dump != nil && (!c.serving || c.once) {
		c.dump.Await(hideLimit) // the end of a direction stands above that of the session
	}
	defer c.sayDigest(e)
	if line, report := c.words(e); line != "" && report {
		c.stderr.flush()
		c.stdout.add(escape(line) + "\n") // standard output has no data in a check
	} else if line != "" {
		c.say(line)
	}
	for _, line := range c.timingWords(e) {
		c.say(line)
	}
}

func (c *console) say(line string) {
	c.stdout.flush()
	c.stderr.add(escape(line) + "\n")
}

// finish says how the run ended and returns the exit code.
func (c *console) finish(ctx context.Context, err error) netio.Kind {
	c.mu.Lock() // a dialler that lost its race may still have a step to tell
	defer c.mu.Unlock()
	code := netio.KindOf(err)
	if c.json != nil {
		c.json.add(c.summary.json(c, err, code))
		if dropped := c.json.close(); dropped > 0 {
			c.say(fmt.Sprintf("%s%d lines of --json were dropped: nobody read them", c.prefix(), dropped))
		}
		if broken := c.unjsoned.Load(); broken != nil && err == nil {
			err, code = broken, broken.Kind
		}
	}
	c.stdout.close()
	if err == nil && c.check && ctx.Err() != nil { // the report's last lines
		err = context.Cause(ctx)
		code = netio.KindOf(err)
	}
	if err != nil && err != error(errHelpShown) && !c.jsonOnly {
		c.sayError(err, code)
	}
	if dropped := c.stderr.close(); dropped > 0 {
		// The log is closed: this goes past it, to whoever reads by now.
		fmt.Fprintf(os.Stderr, "%s%d messages were dropped: nobody read them\n", c.prefix(), dropped)
	}
	return code
}

// sayError says an error, then its hint. A signal needs no words, since whoever
// sent it knows; nor does a closed port to nc -z, which is asked for its code.
func (c *console) sayError(err error, code netio.Kind) {
	usage := code == netio.KindUsage || code == netio.KindLocal
	if code > 128 && c.verbose == 0 || c.asNC && c.check && c.verbose == 0 && !usage {
		return
	}
	e, ok := err.(*netio.Error)
	if c.asNC && c.verbose > 0 && !usage {
		if !ok || e.Addr != "" { // nc counts no ports
			c.say(c.errorOfNC(err))
		}
		return
	}
	c.say(c.prefix() + err.Error())
	if ok && c.verbose > 0 {
		for _, cert := range e.Chain {
			c.say(c.prefix() + netio.Label(e.Addr) + certificateWords(cert))
		}
	}
	if ok && e.Hint != "" {
		c.say("  " + c.inItsName(e.Hint))
	}
}

// inItsName writes a hint for who has typed nc.
func (c *console) inItsName(hint string) string {
	if !c.asNC {
		return hint
	}
	return strings.NewReplacer("fid connect --help", "nc -h", "fid listen --help", "nc -h", "fid listen", "nc -l", "fid connect", "nc").Replace(hint)
}

func (c *console) prefix() string {
	if c.asNC {
		return "nc: "
	}
	return "fid: "
}

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
