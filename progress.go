package main

import (
	"os"
	"sync"
	"time"

	"golang.org/x/term"

	"fid/modes"
	"fid/netio"
)

// A progress shows how far the run's one session is, from its begin to its end. A nil one
// shows nothing.
type progress struct {
	monitor *netio.Monitor
	to      *lines
	plain   string        // what lines begin with, where no terminal is drawn on; empty: one is
	after   time.Duration // how old a session must be
	typed   bool          // somebody may type: who has done so is not drawn over

	mu    sync.Mutex // guards what follows
	timer *time.Timer
	stop  chan struct{} // nil before the session
	over  bool          // nothing is shown any more
	seen  pace
	last  string // the line that was shown
}

// How often the line is drawn, or a whole one said.
const (
	drawEvery = 200 * time.Millisecond
	sayEvery  = time.Second
	drawAfter = time.Second
)

// event begins with the session, and ends with it.
func (p *progress) event(e modes.Event) {
	if p == nil {
		return
	}
	switch e.Name {
	case modes.Connected, modes.Accepted:
		p.begin()
	case modes.Ended:
		p.end(e)
	}
}

// begin waits, without a goroutine, until a session is old enough.
func (p *progress) begin() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.timer == nil && !p.over {
		p.stop = make(chan struct{})
		p.timer = time.AfterFunc(p.after, p.run)
	}
}

func (p *progress) run() {
	every := drawEvery
	if p.plain != "" {
		every = sayEvery
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	for p.look() {
		select {
		case <-tick.C:
		case <-p.stop:
		}
	}
}

// look shows how far the session is now. It returns false when nothing is shown any more.
func (p *progress) look() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.over {
		return false
	}
	for _, s := range p.monitor.Sessions() {
		if p.typed && s.Sent > 0 {
			p.to.forget()
			p.over = true
			return false
		}
		if len(p.seen) == 0 {
			p.seen.seen(sample{at: s.Begun, size: s.Size})
		}
		p.seen.seen(sample{time.Now(), s.Sent, s.Received, s.Size})
		p.show(s.Sent+s.Received > 0)
	}
	return true
}

// show shows what was seen, unless nothing has passed, or it is what stands there.
func (p *progress) show(passed bool) {
	switch {
	case p.plain != "":
		if line := p.seen.plain(); passed && line != p.last {
			p.to.add(p.plain + line + "\n")
			p.last = line
		}
	case !isOurs(os.Stderr):
		p.to.forget()
		p.last = ""
	case passed:
		if line := p.seen.bar(columns() - 1); line != p.last { // the last column would begin a new line
			p.to.show(line)
			p.last = line
		}
	}
}

// end erases the line. Where there is no terminal the whole is said.
func (p *progress) end(e modes.Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.over || p.timer == nil {
		return
	}
	p.over = true
	p.timer.Stop()
	close(p.stop)
	if p.plain == "" {
		p.to.show("")
		return
	}
	size := int64(0)
	if len(p.seen) > 0 {
		size = p.seen[0].size
	}
	now := time.Now()
	whole := pace{{at: now.Add(-time.Duration(e.Seconds * float64(time.Second))), size: size}, {now, sent(e), e.Received, size}}
	p.to.add(p.plain + whole.plain() + "\n")
}

// away erases the line for good: standard output is a terminal as well, and is written to.
func (p *progress) away() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.over = true; p.last != "" {
		p.to.hide()
	}
}

// columns is how wide the terminal is now.
func columns() int {
	if width, _, err := term.GetSize(int(os.Stderr.Fd())); err == nil && width > 0 {
		return width
	}
	return 80
}
