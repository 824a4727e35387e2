package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"

	"fid/modes"
	"fid/netio"
)

// A record is one line of --json. docs/json.md describes it; a field that has
// nothing to say is left out.
type record struct {
	Time       string      `json:"time"`
	Event      string      `json:"event"`
	Mode       string      `json:"mode,omitempty"`
	Address    string      `json:"address,omitempty"`
	Client     string      `json:"client,omitempty"`
	Peer       string      `json:"peer,omitempty"`
	Local      string      `json:"local,omitempty"`
	Through    string      `json:"through,omitempty"`
	Ready      string      `json:"ready,omitempty"`
	Text       string      `json:"text,omitempty"`
	Seq        int         `json:"seq,omitempty"`
	Sent       *int64      `json:"sent,omitempty"`
	Received   *int64      `json:"received,omitempty"`
	Seconds    *float64    `json:"seconds,omitempty"`
	Sessions   *int        `json:"sessions,omitempty"`
	Denied     int         `json:"denied,omitempty"`
	EndedFirst string      `json:"ended_first,omitempty"`
	Probes     *int        `json:"probes,omitempty"`
	Back       *int        `json:"back,omitempty"`
	RoundTrips *trips      `json:"round_trip_seconds,omitempty"`
	End        string      `json:"end,omitempty"`
	Code       *int        `json:"code,omitempty"`
	Error      string      `json:"error,omitempty"`
	Hint       string      `json:"hint,omitempty"`
	Pin        string      `json:"pin,omitempty"`
	TLS        *secured    `json:"tls,omitempty"`
	Presented  []presented `json:"presented,omitempty"`

	State      string       `json:"state,omitempty"`
	Service    string       `json:"service,omitempty"`
	Banner     string       `json:"banner,omitempty"`
	BannerHex  string       `json:"banner_hex,omitempty"`
	StayedOpen float64      `json:"stayed_seconds,omitempty"`
	Ports      modes.Counts `json:"ports,omitempty"`

	Digest *digest `json:"digest,omitempty"`

	ChildStatus int `json:"child_status,omitempty"`

	Timings  *timings  `json:"timings,omitempty"`
	Attempts []attempt `json:"attempts,omitempty"`
	TCP      *tcpLegs  `json:"tcp,omitempty"`
	Idle     *float64  `json:"idle_seconds,omitempty"`
	Size     int64     `json:"size,omitempty"`

	Expected string `json:"expected,omitempty"`
	Seen     string `json:"seen,omitempty"`
}

type trips struct {
	Min    float64 `json:"min"`
	Median float64 `json:"median"`
	P90    float64 `json:"p90"`
	P99    float64 `json:"p99"`
	Max    float64 `json:"max"`
}

func (c *console) jsonEvent(e modes.Event) string {
	r := record{Event: e.Name, Address: e.Addr, Client: e.Client, Peer: e.Peer, Local: local(e), Through: e.Through, Ready: e.Ready, Text: e.Text, Seq: e.Seq, EndedFirst: e.First}
	if e.Seconds > 0 {
		r.Seconds = &e.Seconds
	}
	if e.Found != nil {
		c.setFinding(&r, e.Found)
	}
	switch e.Name {
	case modes.Connected, modes.Open:
		r.setTimings(e.Timings)
	case modes.Ended:
		r.Sent, r.Received, r.Digest = &e.Sent, &e.Received, newDigest(e.Outcome)
		r.setOutcome(e.Outcome)
		r.setEnd(e.Err, netio.KindOf(e.Err))
	case modes.Shut, modes.Denied, modes.Unrecorded:
		r.setEnd(e.Err, netio.KindOf(e.Err))
	case modes.Made:
		r.Pin, r.Text = e.Text, ""
	case modes.Secured:
		r.TLS = newSecured(e.Security)
	case modes.Echo:
		r.Sent = &e.Sent
	case modes.Pinged:
		if e.Err != nil {
			r.setEnd(e.Err, netio.KindOf(e.Err))
		}
	case modes.Echoes, modes.Pings:
		p := e.Probes
		r.Probes, r.Back = &p.Sent, &p.Back
		if p.Back > 0 {
			r.RoundTrips = &trips{p.Percentile(0).Seconds(), p.Percentile(0.5).Seconds(), p.Percentile(0.9).Seconds(),
				p.Percentile(0.99).Seconds(), p.Percentile(1).Seconds()}
		}
	}
	return r.line()
}

func (r *record) setEnd(err error, code netio.Kind) {
	n := int(code)
	r.Code, r.End = &n, code.String()
	var e *netio.Error
	if errors.As(err, &e) {
		r.Error, r.Hint, r.Presented = e.Error(), e.Hint, newPresented(e.Chain)
		r.ChildStatus = e.ChildStatus
		r.Attempts = newAttempts(e.Attempts)
		r.Expected, r.Seen = e.Expected, e.Seen
		if r.Address == "" {
			r.Address = e.Addr
		}
	} else if err != nil {
		r.Error = err.Error()
	}
}

func (r record) line() string {
	r.Time = time.Now().UTC().Format("2006-01-02T15:04:05.000000000Z") // sorts as text
	b, err := json.Marshal(r)
	if err != nil {
		return `{"event":"note","text":"an event could not be written"}` + "\n"
	}
	return inert(b) + "\n"
}

// inert is a line of JSON with escapes for what JSON lets stand and a terminal obeys, as C1 and
// what turns the direction of text: names and reasons of peers are in it.
func inert(line []byte) string {
	if bytes.IndexFunc(line, isObeyed) < 0 {
		return string(line)
	}
	var b strings.Builder
	for _, r := range string(line) {
		switch {
		case !isObeyed(r):
			b.WriteRune(r)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

func isObeyed(r rune) bool { return !strconv.IsPrint(r) }

func local(e modes.Event) string {
	if e.Local == nil {
		return ""
	}
	return e.Local()
}

// A summary adds up the sessions of a run.
type summary struct {
	sessions       int
	denied         int
	sent, received int64
	last           modes.Event // the last session's end, or the connection's begin
	local          string      // kept for JSON only
	ports          modes.Counts
}

func (s *summary) add(e modes.Event) {
	switch e.Name {
	case modes.Listening, modes.Accepted, modes.Connected:
		s.last.Addr, s.last.Peer = e.Addr, e.Peer
	case modes.Denied:
		s.denied++
	case modes.Open, modes.Shut:
		if s.ports == nil {
			s.ports = modes.Counts{}
		}
		s.ports[e.Found.State]++
	case modes.Ports:
		s.ports = e.Counts
	case modes.Echo:
		s.sent += e.Sent
		s.received += e.Sent
	case modes.Ended:
		s.sessions++
		s.sent += e.Sent
		s.received += e.Received
		s.last = e
	}
}

// json is the last line: what came of the run.
func (s *summary) json(c *console, err error, code netio.Kind) string {
	seconds := time.Since(c.begin).Seconds()
	r := record{Event: "summary", Mode: c.mode, Address: s.last.Addr, Peer: s.last.Peer, Local: s.local,
		Sent: &s.sent, Received: &s.received, Seconds: &seconds, Sessions: &s.sessions, Denied: s.denied, Ports: s.ports}
	if s.sessions == 1 {
		r.EndedFirst = s.last.First
	}
	if s.sessions > 1 || s.ports.Of() > 1 { // which of them?
		r.Peer, r.Local = "", ""
	}
	r.setEnd(err, code)
	return r.line()
}
