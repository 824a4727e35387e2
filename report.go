package main

import (
	"fmt"
	"strings"
	"time"

	"fid/netio"
)

// measure has timings and sockets looked at where somebody is told of them.
func (c *console) measure(o *netio.Options) {
	if c.verbose > 0 && !c.asNC || c.json != nil {
		o.Timed, c.monitor.Sockets = true, true
	}
}

// reportedSessions is how many sessions a report has a line for; --json has all.
const reportedSessions = 20

// report tells how far the run has come: SIGUSR1 asks for it. It is one line of the log's
// queue, however many it has: so it drops no others. Nobody waits while it is made.
func (c *console) report() {
	sessions := c.monitor.Report()
	if c.json != nil {
		c.json.add(c.jsonReport(sessions))
	}
	if !c.jsonOnly {
		var text strings.Builder
		for _, line := range c.reportWords(sessions) {
			text.WriteString(escape(c.prefix()+line) + "\n")
		}
		c.stderr.add(text.String())
	}
}

// reportWords are the lines of a report.
func (c *console) reportWords(sessions []netio.Status) []string {
	var lines []string
	if c.serving || len(sessions) == 0 {
		lines = append(lines, c.runWords(len(sessions)))
	}
	for i, s := range sessions {
		if i == reportedSessions {
			return append(lines, fmt.Sprintf("and %d more", len(sessions)-i))
		}
		lines = append(lines, c.statusWords(s))
	}
	return lines
}

// runWords say how many sessions there are, where they are not the only thing to say.
func (c *console) runWords(running int) string {
	var words string
	switch {
	case c.check:
		words = "still checking"
	case c.mode == "connect":
		words = "not connected"
	case running == 0:
		words = "no client"
	case running == 1:
		words = "1 session"
	default:
		words = fmt.Sprintf("%d sessions", running)
	}
	c.mu.Lock()
	ended := c.summary.sessions
	c.mu.Unlock()
	if ended > 0 {
		words += fmt.Sprintf(", %d ended,", ended)
	}
	return words + " after " + shortly(time.Since(c.begin))
}

// statusWords say how far a session has come.
func (c *console) statusWords(s netio.Status) string {
	address, peer := c.endpoint(s)
	who := netio.Label(address)
	switch {
	case c.serving:
		who = netio.Label(peerName(peer))
	case c.mode == "listen":
		who += netio.Label(peerName(peer))
	}
	words := []string{who + passed(s.Sent, s.Received, s.Size, time.Since(s.Begun).Seconds())}
	if s.Idle >= time.Second {
		words = append(words, "idle for "+shortly(s.Idle))
	}
	return strings.Join(append(words, legWords(s.Near, s.Far)...), "; ")
}

// endpoint is the address that a session's other events have, and its peer; a relay's is
// the client.
func (c *console) endpoint(s netio.Status) (address, peer string) {
	switch c.mode {
	case "connect":
		return s.Name, s.Peer
	case "relay":
		return s.Name, s.Client
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.summary.last.Addr, s.Peer // which is where it listens, as it was typed
}

// jsonReport is an event with the number of the sessions, and one for each.
func (c *console) jsonReport(sessions []netio.Status) string {
	var sent, received int64
	for _, s := range sessions {
		sent, received = sent+s.Sent, received+s.Received
	}
	running, seconds := len(sessions), time.Since(c.begin).Seconds()
	r := record{Event: "status", Mode: c.mode, Sessions: &running, Sent: &sent, Received: &received, Seconds: &seconds}
	var text strings.Builder
	text.WriteString(r.line())
	for _, s := range sessions {
		address, peer := c.endpoint(s)
		text.WriteString(jsonStatus(s, address, peer))
	}
	return text.String()
}
