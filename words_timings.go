package main

import (
	"fmt"
	"strings"
	"time"

	"fid/modes"
	"fid/netio"
)

// timingWords say to who wants to see more (-v) what an event tells besides its own line:
// what came of each address, how long the steps of a session took. Nc says none of it.
func (c *console) timingWords(e modes.Event) []string {
	if c.verbose == 0 || c.asNC {
		return nil
	}
	switch {
	case e.Name == modes.Connected && c.verbose == 1 && e.Timings != nil && len(e.Timings.Attempts) > 1: // -vv has told of each
		return []string{c.dialled(e) + attemptWords(e.Timings.Attempts)}
	case e.Name == modes.Ended && e.Outcome != nil:
		var lines []string
		if e.Err != nil {
			lines = append(lines, c.who(e)+howEnded(e))
		}
		if words := stepWords(e.Outcome); words != "" {
			lines = append(lines, c.who(e)+"timings: "+words)
		}
		return lines
	}
	return nil
}

// dialled is what a line about an address that was dialled begins with.
func (c *console) dialled(e modes.Event) string {
	if e.Client != "" {
		return c.prefix() + netio.Label(peerName(e.Client)) + netio.Label(e.Addr)
	}
	return c.prefix() + netio.Label(e.Addr)
}

// attemptWords say what came of each address, in the order in which they were tried.
func attemptWords(attempts []netio.Attempt) string {
	var words []string
	for _, a := range attempts {
		result := "not waited for any more after"
		switch {
		case a.Connected:
			result = "connected in"
		case a.Err != nil:
			result = a.Err.Error() + " in"
		}
		words = append(words, fmt.Sprintf("%s %s %s", a.Addr, result, shortly(a.Took)))
	}
	return "tried " + strings.Join(words, ", ")
}

// stepWords say how long each step took, and what the kernel knows of the connections; empty
// where there is nothing to say but how long the session was.
func stepWords(o *netio.Outcome) string {
	var words []string
	add := func(what string, d time.Duration) {
		if d > 0 {
			words = append(words, what+" "+shortly(d))
		}
	}
	if t := o.Timings; t != nil {
		add("resolve", t.Resolve)
		add("connect", t.Connect)
		add("proxy", t.Proxy)
		add("TLS", t.TLS)
	}
	add("first byte", o.FirstByte)
	add("total", o.Total)
	parts := []string{strings.Join(words, ", ")}
	if len(words) == 0 {
		parts = nil
	}
	return strings.Join(append(parts, legWords(o.Near, o.Far)...), "; ")
}

// legWords say what the kernel knows of each connection. Of two it says which is whose.
func legWords(near, far *netio.TCPInfo) (legs []string) {
	client, target := "", ""
	if near != nil && far != nil {
		client, target = "client ", "target "
	}
	for _, leg := range []struct {
		name string
		info *netio.TCPInfo
	}{{client, near}, {target, far}} {
		if leg.info == nil || leg.info.RoundTrip == 0 && leg.info.Retransmits == 0 {
			continue
		}
		words := leg.name + "round trip " + shortly(leg.info.RoundTrip)
		if least := leg.info.Least; least > 0 && 2*least < leg.info.RoundTrip { // a delayed acknowledgement may be in it
			words += " (least " + shortly(least) + ")"
		}
		switch n := leg.info.Retransmits; {
		case n == 1:
			words += ", 1 retransmit"
		case n > 1:
			words += fmt.Sprintf(", %d retransmits", n)
		}
		legs = append(legs, words)
	}
	return legs
}

// shortly is trip of a duration.
func shortly(d time.Duration) string { return trip(d.Seconds()) }
