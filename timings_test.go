package main

import (
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"reflect"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"fid/modes"
	"fid/netio"
)

// slowness is how long a server of these tests takes for its first byte: a lower bound.
const slowness = 30 * time.Millisecond

// answersSlowly serves one client, who says something first.
func (h *host) answersSlowly() {
	c, err := h.Accept()
	if err != nil {
		return
	}
	_, _ = c.Read(make([]byte, 100))
	time.Sleep(slowness)
	_, _ = io.WriteString(c, "answer")
	_, _ = io.Copy(io.Discard, c)
	_ = c.Close()
}

// endedEvent returns the event of a session's end.
func endedEvent(t *testing.T, said string) (r record) {
	t.Helper()
	for line := range strings.Lines(said) {
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatal(line, err)
		}
		if r.Event == modes.Ended {
			return r
		}
		r = record{}
	}
	t.Fatalf("nothing ended in %q", said)
	return r
}

// The kernel moves what goes to a pipe and to /dev/null, we move what goes to a file.
func TestTheFirstBytesTimeIsToldWhereverItGoes(t *testing.T) {
	for name, open := range map[string]func() *os.File{
		"a pipe":    func() *os.File { _, w := pipe(t); return w },
		"a file":    func() *os.File { return fileOf(t, 0) },
		"/dev/null": func() *os.File { f, _ := os.OpenFile(os.DevNull, os.O_WRONLY, 0); return f },
	} {
		h := newHost(t)
		go h.answersSlowly()
		stdin, feed := pipe(t)
		_, _ = feed.WriteString("question")
		_ = feed.Close()
		out := open()
		p := begin(t, stdin, func(c *exec.Cmd) { c.Stdout = out }, "--json", h.addr())
		if code := p.code(); code != 0 {
			t.Fatalf("%s: exit %d, %s", name, code, p.stderr.String())
		}
		r := endedEvent(t, p.stderr.String())
		if s := r.Timings; s.FirstByte < slowness.Seconds() || s.FirstByte > *r.Seconds || s.Total < *r.Seconds || s.Connect <= 0 {
			t.Errorf("%s: %+v, %+v", name, r, s)
		}
		if runtime.GOOS == "linux" && (r.TCP.Far.RoundTrip <= 0 || r.TCP.Near != nil) {
			t.Errorf("%s: %+v", name, r.TCP)
		}
	}
}

// aTime is one as people are told it.
const aTime = `[0-9.]+ (µs|ms|s)`

func TestVerboseTellsHowLongEachStepTook(t *testing.T) {
	h := newHost(t)
	go h.answersSlowly()
	stdin, feed := pipe(t)
	_, _ = feed.WriteString("question")
	_ = feed.Close()
	p := begin(t, stdin, nil, "-v", h.addr())
	p.wants(0, "ended in order, the near end first: 8 B sent, 6 B received in ")
	for _, want := range []string{
		`8 B sent, 6 B received in ` + aTime + ` \([0-9.]+ k?B/s out, [0-9.]+ k?B/s in\)\n`,
		`: timings: connect ` + aTime + `, first byte ` + aTime + `, total ` + aTime + `(; round trip .*)?\n`,
	} {
		if !regexp.MustCompile(want).MatchString(p.stderr.String()) {
			t.Errorf("%q has no %s", p.stderr.String(), want)
		}
	}
}

// What failed says so anyway; with -v it says how much went before, and for how long.
func TestVerboseTellsTheBytesOfASessionThatFailed(t *testing.T) {
	for _, verbose := range []bool{false, true} {
		h := newHost(t)
		stdin, feed := pipe(t)
		args := []string{"connect", "-v", h.addr()}
		if !verbose {
			args = []string{"connect", h.addr()}
		}
		p := begin(t, stdin, nil, args...)
		c := h.client()
		_, _ = feed.WriteString("hello")
		_, _ = io.ReadFull(c, make([]byte, 5))
		c.resets()
		p.wants(6, h.addr()+": reset after 5 B sent, 0 B received\n")
		if said := strings.Contains(p.stderr.String(), ": ended (reset): 5 B sent, 0 B received in "); said != verbose {
			t.Errorf("%q", p.stderr.String())
		}
	}
}

func TestARefusalTellsItsAttempts(t *testing.T) {
	h := newHost(t)
	_ = h.Close()
	for _, args := range [][]string{{"--json", h.addr()}, {"-z", "--json", h.addr()}} {
		p := begin(t, nil, nil, args...)
		if code := p.code(); code != 4 {
			t.Errorf("exit %d", code)
		}
		var r record // of the first line: of -z the port's, else the summary
		if err := json.NewDecoder(strings.NewReader(p.stderr.String() + p.stdout.String())).Decode(&r); err != nil {
			t.Fatal(err)
		}
		if len(r.Attempts) != 1 || r.Attempts[0].Address != h.addr() || r.Attempts[0].Result != "refused" || r.Attempts[0].Seconds <= 0 {
			t.Errorf("%+v", r)
		}
	}
}

func TestWhatCameOfEachAddressIsSaid(t *testing.T) {
	c := &console{mode: "connect", verbose: 1}
	e := modes.Event{Name: modes.Connected, Addr: "db:80", Timings: &netio.Timings{Attempts: []netio.Attempt{
		{Addr: "[fd00::1]:80", Took: 251 * time.Millisecond},
		{Addr: "10.0.0.5:80", Took: time.Millisecond, Err: &netio.Error{Kind: netio.KindRefused, What: "refused"}},
		{Addr: "10.0.0.6:80", Took: 2 * time.Millisecond, Connected: true},
	}}}
	want := "fid: db:80: tried [fd00::1]:80 not waited for any more after 251 ms, 10.0.0.5:80 refused in 1 ms, 10.0.0.6:80 connected in 2 ms"
	if got := c.timingWords(e); len(got) != 1 || got[0] != want {
		t.Errorf("%q, want %q", got, want)
	}
	c.verbose = 2 // its steps have said it
	if got := c.timingWords(e); got != nil {
		t.Errorf("%q", got)
	}
	var results []string
	for _, a := range newAttempts(e.Timings.Attempts) {
		results = append(results, a.Result+" "+a.Error)
	}
	if got := strings.Join(results, ", "); got != "overtaken , refused refused, connected " {
		t.Errorf("%q", got)
	}
}

func TestStepsThatThereWereNoneOfAreNotSaid(t *testing.T) {
	leg := &netio.TCPInfo{RoundTrip: 20 * time.Millisecond, Least: 2 * time.Millisecond, Retransmits: 3}
	for want, o := range map[string]netio.Outcome{
		"":               {},
		"first byte 1 s": {FirstByte: time.Second},
		"resolve 1 ms, connect 2 ms, proxy 3 ms, TLS 4 ms, first byte 5 ms, total 6 ms": {FirstByte: 5 * time.Millisecond, Total: 6 * time.Millisecond,
			Timings: &netio.Timings{Resolve: time.Millisecond, Connect: 2 * time.Millisecond, Proxy: 3 * time.Millisecond, TLS: 4 * time.Millisecond}},
		"round trip 20 ms (least 2 ms), 3 retransmits": {Far: leg},
		"total 1 s; client round trip 1 ms, 1 retransmit; target round trip 20 ms (least 2 ms), 3 retransmits": {Total: time.Second,
			Near: &netio.TCPInfo{RoundTrip: time.Millisecond, Least: time.Millisecond, Retransmits: 1}, Far: leg},
	} {
		if got := stepWords(&o); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestFieldsInsideOfTimingsAreThoseOfTheDocumentation(t *testing.T) {
	table, _, _ := strings.Cut(readDoc(t, "docs/json.md"), "## Events")
	for name, kind := range map[string]reflect.Type{"timings": reflect.TypeFor[timings](), "attempts": reflect.TypeFor[attempt](),
		"tcp": reflect.TypeFor[tcpLegs](), "tcp ": reflect.TypeFor[tcpInfo]()} {
		rows := matchingLines(table, "| `"+strings.TrimSpace(name)+"` |")
		if len(rows) != 1 {
			t.Fatalf("docs/json.md has %d rows for %s", len(rows), name)
		}
		for _, field := range reflect.VisibleFields(kind) {
			key, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			if !strings.Contains(rows[0], "`"+key+"`") {
				t.Errorf("docs/json.md does not name %s of %s", key, name)
			}
		}
	}
}
