package main

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"fid/modes"
	"fid/netio"
)

// The words of -z and --count, and what --json has of them.

// openWords says that a port is open, and what was found behind it.
func (c *console) openWords(e modes.Event) string {
	what := []string{e.Peer}
	if e.Through != "" {
		what[0] = "through " + e.Through
	}
	if name := c.serviceOf(e.Found); name != "" {
		what = append(what, name)
	}
	what = append(what, trip(e.Seconds))
	if e.Found.Stayed > 0 {
		what = append(what, "still open after "+netio.Seconds(e.Found.Stayed))
	}
	line := netio.Label(e.Addr) + "open (" + strings.Join(what, ", ") + ")"
	if len(e.Found.Banner) > 0 {
		line += ": " + strconv.Quote(string(e.Found.Banner))
	}
	return line
}

// countWords says how many ports are in which state, the open ones first.
func countWords(e modes.Event) string {
	words := []string{fmt.Sprintf("%d open", e.Counts[modes.StateOpen])}
	for _, state := range statesInOrder(e.Counts) {
		words = append(words, fmt.Sprintf("%d %s", e.Counts[state], stateWord(state)))
	}
	return fmt.Sprintf("%s of %d ports in %s", strings.Join(words, ", "), e.Counts.Of(), trip(e.Seconds))
}

// statesInOrder are the states of ports that are not open, the usual ones first.
func statesInOrder(counts modes.Counts) []string {
	usual := []string{netio.KindRefused.String(), netio.KindTimeout.String(), netio.KindUnreachable.String()}
	var list, others []string
	for state := range counts {
		if state != modes.StateOpen && !slices.Contains(usual, state) {
			others = append(others, state)
		}
	}
	for _, state := range usual {
		if counts[state] > 0 {
			list = append(list, state)
		}
	}
	slices.Sort(others)
	return append(list, others...)
}

// stateWord is what a person calls a state, where its own word would not do.
func stateWord(state string) string {
	switch state {
	case netio.KindTimeout.String():
		return "no answer"
	case netio.KindName.String():
		return "not resolved"
	case netio.KindTLS.String():
		return "not secured"
	case netio.KindProxy.String():
		return "not reached by the proxy"
	case netio.KindBind.String():
		return "not bound"
	case netio.KindOther.String():
		return "failed"
	case modes.StateSilent:
		return "without a banner"
	case modes.StateUnknown:
		return "not known"
	}
	return state
}

// timedWords says what came of one connect.
func timedWords(e modes.Event) string {
	line := fmt.Sprintf("%sconnect %d: ", netio.Label(e.Addr), e.Seq)
	switch {
	case e.Err != nil:
		return line + strings.TrimPrefix(e.Err.Error(), netio.Label(e.Addr))
	case e.Through != "":
		return line + trip(e.Seconds) + " (through " + e.Through + ")"
	}
	return line + trip(e.Seconds) + " (" + e.Peer + ")"
}

// probesWords says what came of all probes: how many, as format has it, and their times.
func probesWords(e modes.Event, format, what string) string {
	p := e.Probes
	line := fmt.Sprintf(format, netio.Label(e.Addr), p.Sent, p.Back, 100*p.Loss())
	if p.Back == 0 {
		return line
	}
	at := func(q float64) string { return trip(p.Percentile(q).Seconds()) }
	line += "; " + what + " min " + at(0) + ", median " + at(0.5)
	if p.Back >= 10 {
		line += ", 90 % in " + at(0.9)
	}
	if p.Back >= 100 {
		line += ", 99 % in " + at(0.99)
	}
	return line + ", max " + at(1)
}

// ServiceNames are read when a name is first asked for: a check of one port has no use
// for them.
type serviceNames struct {
	unwanted bool // -n: no look-ups
	read     bool
	table    netio.Services
}

// service is the name of a port; empty where it has none.
func (c *console) service(port string, datagrams bool) string {
	if c.names.unwanted || port == "" {
		return ""
	}
	if !c.names.read {
		c.names.read, c.names.table = true, netio.SystemServices()
	}
	if datagrams {
		return c.names.table.Name(port, "udp")
	}
	return c.names.table.Name(port, "tcp")
}

// serviceOf is the name of a port that was checked, where there is more to tell of it than
// that it is open.
func (c *console) serviceOf(f *modes.Finding) string {
	if !f.Several && c.verbose == 0 && c.json == nil {
		return ""
	}
	return c.service(f.Port, f.Datagrams)
}

func (c *console) setFinding(r *record, f *modes.Finding) {
	r.State, r.Service, r.StayedOpen = f.State, c.serviceOf(f), f.Stayed.Seconds()
	r.Banner = strings.ToValidUTF8(string(f.Banner), "\uFFFD")
	if !utf8.Valid(f.Banner) {
		r.BannerHex = hex.EncodeToString(f.Banner)
	}
}
