//go:build unix

package main

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A questioner asks a running fid for reports, and reads them from its standard error.
type questioner struct {
	*process
	said *bufio.Scanner
}

func asked(t *testing.T, stdin *os.File, args ...string) *questioner {
	t.Helper()
	r, w := pipe(t)
	q := &questioner{said: bufio.NewScanner(r)}
	q.process = begin(t, stdin, func(c *exec.Cmd) { c.Stderr = w }, args...)
	_ = w.Close()
	return q
}

// servingAsked is for a serving mode; it returns the address, too.
func servingAsked(t *testing.T, args ...string) (*questioner, string) {
	t.Helper()
	r, w := pipe(t)
	q := &questioner{said: bufio.NewScanner(r)}
	p, addr := serving(t, nil, func(c *exec.Cmd) { c.Stderr = w }, args...)
	q.process = p
	_ = w.Close()
	return q, addr
}

// line is the next one that fid says.
func (q *questioner) line() string {
	q.t.Helper()
	if !q.said.Scan() {
		q.t.Fatalf("fid %s ended: %v", strings.Join(q.cmd.Args[1:], " "), q.said.Err())
	}
	return q.said.Text()
}

// asks asks, and asks again until a line has all the words: a byte may have arrived a moment
// before it is counted.
func (q *questioner) asks(words ...string) string {
	q.t.Helper()
	last := ""
	for end := time.Now().Add(patience); time.Now().Before(end); {
		if err := q.cmd.Process.Signal(syscall.SIGUSR1); err != nil {
			q.t.Fatal(err)
		}
		if last = q.line(); containsAll(last, words) {
			return last
		}
	}
	q.t.Fatalf("the report is %q, want %q in it", last, words)
	return ""
}

func containsAll(line string, words []string) bool {
	for _, w := range words {
		if !strings.Contains(line, w) {
			return false
		}
	}
	return true
}

func TestASignalAsksHowFarASessionHasCome(t *testing.T) {
	h := newHost(t)
	stdin, feed := pipe(t)
	q := asked(t, stdin, "connect", h.addr())
	c := h.client()
	_, _ = feed.WriteString("hello")
	c.gets([]byte("hello"))
	c.says([]byte("answer"))
	line := q.asks("fid: "+h.addr()+": 5 B sent, 6 B received in ", "B/s out", "B/s in")
	if runtime.GOOS == "linux" && !strings.Contains(line, "; round trip ") {
		t.Errorf("%q says nothing of the round trip", line)
	}
	_ = feed.Close()
	c.hears(nil) // the session has gone on, and ends as ever
	_ = c.Close()
	if code := q.code(); code != 0 || q.stdout.String() != "answer" {
		t.Errorf("exit %d, output %q", code, q.stdout.String())
	}
}

func TestAReportOfARelayHasALineForEachClient(t *testing.T) {
	h := newHost(t)
	go h.echoes()
	q, addr := servingAsked(t, "relay", "127.0.0.1:0", h.addr())
	q.line() // it listens
	q.asks("fid: no client after ")
	var clients []*peer
	for range 2 {
		c := dialPeer(t, addr)
		c.says([]byte("hello"))
		c.gets([]byte("hello"))
		clients = append(clients, c)
	}
	q.asks("fid: 2 sessions after ")
	for _, c := range clients {
		line := q.line()
		if !containsAll(line, []string{"fid: " + c.LocalAddr().String() + ": 5 B sent, 5 B received in "}) {
			t.Errorf("the report of %v is %q", c.LocalAddr(), line)
		}
		if runtime.GOOS == "linux" && !containsAll(line, []string{"; client round trip ", "; target round trip "}) {
			t.Errorf("%q says nothing of the round trips", line)
		}
	}
	for _, c := range clients {
		c.finishes()
		c.hears(nil)
	}
	q.asks("fid: no client, 2 ended, after ")
}

func TestAReportOfManySessionsIsShortForPeopleAndWholeForMachines(t *testing.T) {
	const clients = reportedSessions + 5
	file := t.TempDir() + "/events"
	q, addr := servingAsked(t, "echo", "--json="+file, "127.0.0.1:0")
	q.line()
	for range clients {
		c := dialPeer(t, addr)
		c.says([]byte("hello"))
		c.gets([]byte("hello"))
	}
	q.asks("fid: 25 sessions after ")
	for range reportedSessions {
		if line := q.line(); !strings.Contains(line, ": 5 B sent, 5 B received in ") {
			t.Errorf("%q", line)
		}
	}
	if line := q.line(); line != "fid: and 5 more" {
		t.Errorf("%q", line)
	}
	_ = q.cmd.Process.Signal(syscall.SIGTERM)
	<-q.ended
	sessions := statusEvents(t, file)
	if len(sessions) != clients+1 || *sessions[0].Sessions != clients || *sessions[0].Sent != 5*clients || sessions[0].Mode != "echo" {
		t.Fatalf("%d events: %+v", len(sessions), sessions)
	}
	for _, s := range sessions[1:] {
		if s.Address != "127.0.0.1:0" || *s.Sent != 5 || *s.Received != 5 || s.Peer == "" || *s.Seconds <= 0 || s.Timings.FirstByte <= 0 ||
			runtime.GOOS == "linux" && (s.TCP.Far.RoundTrip <= 0 || *s.Idle > *s.Seconds) {
			t.Errorf("%+v", s)
		}
	}
}

// statusEvents are the events of that name in a file of --json.
func statusEvents(t *testing.T, file string) (found []record) {
	t.Helper()
	for _, line := range matchingLines(readDoc(t, file), "{") {
		var r record
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatal(line, err)
		}
		if r.Event == "status" {
			found = append(found, r)
		}
	}
	return found
}

func TestAReportSaysHowMuchOfAFileIsSent(t *testing.T) {
	h := newHost(t)
	h.keepsLittle()
	q := asked(t, fileOf(t, 32<<20), "connect", h.addr())
	c := h.client()
	c.gets(pattern(1 << 20))
	q.asks(" of 33.6 MB sent, 0 B received in ", " (")
	_, _ = io.Copy(io.Discard, c)
	_ = c.Close()
	if code := q.code(); code != 0 {
		t.Errorf("exit %d", code)
	}
}

func TestAReportBeforeThereIsASession(t *testing.T) {
	gone := newHost(t)
	_ = gone.Close()
	q := asked(t, nil, "connect", "-vv", "--wait", "20", gone.addr())
	if line := q.line(); !strings.Contains(line, "refused") && !strings.Contains(line, " is 127.0.0.1") {
		t.Fatalf("%q", line)
	}
	q.asks("fid: not connected after ")

	q, _ = servingAsked(t, "listen", "127.0.0.1:0")
	q.line()
	q.asks("fid: no client after ")

	h := newHost(t)
	q = asked(t, nil, "-z", "-v", "-i", "20", h.addr(), h.addr())
	_ = h.client().Close()
	q.asks("fid: still checking after ")
}

// A check of one port without -v catches no signals; this one it outlives all the same.
func TestABareCheckOutlivesASignalThatAsks(t *testing.T) {
	h := newHost(t)
	p := begin(t, nil, nil, "--banner", h.addr())
	c := h.client()
	_ = p.cmd.Process.Signal(syscall.SIGUSR1)
	c.says([]byte("220\n"))
	p.wants(0)
}

// Nobody reads what is said: the data goes on.
func TestAReportThatNobodyReadsHoldsNothingUp(t *testing.T) {
	h := newHost(t)
	go h.echoes()
	r, w := pipe(t)
	p, addr := serving(t, nil, func(c *exec.Cmd) { c.Stderr = w }, "relay", "127.0.0.1:0", h.addr())
	_ = w.Close()
	c := dialPeer(t, addr)
	for range 2000 { // more than a pipe holds
		_ = p.cmd.Process.Signal(syscall.SIGUSR1)
		c.says([]byte("hello"))
		c.gets([]byte("hello"))
	}
	_ = r
}
