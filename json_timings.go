package main

import (
	"errors"
	"time"

	"fid/netio"
)

// Timings are how long each step of a session took; a step that there was none of is left out.
type timings struct {
	Resolve   float64 `json:"resolve_seconds,omitempty"`
	Connect   float64 `json:"connect_seconds,omitempty"`
	Proxy     float64 `json:"proxy_seconds,omitempty"`
	TLS       float64 `json:"tls_seconds,omitempty"`
	FirstByte float64 `json:"first_byte_seconds,omitempty"`
	Total     float64 `json:"total_seconds,omitempty"`
}

// An attempt is what came of dialling one address.
type attempt struct {
	Address string  `json:"address"`
	Result  string  `json:"result"`
	After   float64 `json:"after_seconds"`
	Seconds float64 `json:"seconds"`
	Error   string  `json:"error,omitempty"`
}

// TCPLegs are what the kernel tells of a session's connections.
type tcpLegs struct {
	Near *tcpInfo `json:"near,omitempty"`
	Far  *tcpInfo `json:"far,omitempty"`
}

type tcpInfo struct {
	RoundTrip   float64 `json:"round_trip_seconds,omitempty"`
	Least       float64 `json:"min_round_trip_seconds,omitempty"`
	Retransmits int     `json:"retransmits"`
}

func newTimings(t *netio.Timings) *timings {
	if t == nil {
		return &timings{}
	}
	return &timings{Resolve: t.Resolve.Seconds(), Connect: t.Connect.Seconds(), Proxy: t.Proxy.Seconds(), TLS: t.TLS.Seconds()}
}

// setTimings tells of how the far end was opened.
func (r *record) setTimings(t *netio.Timings) {
	if t != nil {
		r.Timings, r.Attempts = newTimings(t), newAttempts(t.Attempts)
	}
	r.leaveOutNothing()
}

// leaveOutNothing: timings of which there are none are left out.
func (r *record) leaveOutNothing() {
	if r.Timings != nil && *r.Timings == (timings{}) {
		r.Timings = nil
	}
}

// setOutcome tells what is known of a session at its end; nil is one that never began.
func (r *record) setOutcome(o *netio.Outcome) {
	if o == nil {
		return
	}
	r.Timings = newTimings(o.Timings)
	r.Timings.FirstByte, r.Timings.Total = o.FirstByte.Seconds(), o.Total.Seconds()
	r.leaveOutNothing()
	r.TCP = newTCPLegs(o.Near, o.Far)
}

func newTCPLegs(near, far *netio.TCPInfo) *tcpLegs {
	if near == nil && far == nil {
		return nil
	}
	return &tcpLegs{newTCPInfo(near), newTCPInfo(far)}
}

func newTCPInfo(i *netio.TCPInfo) *tcpInfo {
	if i == nil {
		return nil
	}
	return &tcpInfo{i.RoundTrip.Seconds(), i.Least.Seconds(), i.Retransmits}
}

func newAttempts(list []netio.Attempt) (all []attempt) {
	for _, a := range list {
		one := attempt{Address: a.Addr, Result: resultOf(a), After: a.After.Seconds(), Seconds: a.Took.Seconds()}
		var e *netio.Error
		if errors.As(a.Err, &e) {
			one.Error = e.What
		}
		all = append(all, one)
	}
	return all
}

// resultOf is what came of an attempt in one word: that of an exit code where it failed.
func resultOf(a netio.Attempt) string {
	switch {
	case a.Connected:
		return "connected"
	case a.Err != nil:
		return netio.KindOf(a.Err).String()
	}
	return "overtaken"
}

// jsonStatus is how far a session has come.
func jsonStatus(s netio.Status, address, peer string) string {
	seconds := time.Since(s.Begun).Seconds()
	r := record{Event: "status", Address: address, Peer: peer, Sent: &s.Sent, Received: &s.Received, Seconds: &seconds,
		Size: s.Size, TCP: newTCPLegs(s.Near, s.Far), Timings: &timings{FirstByte: s.FirstByte.Seconds()}}
	r.leaveOutNothing()
	if s.Idle >= 0 {
		idle := s.Idle.Seconds()
		r.Idle = &idle
	}
	return r.line()
}
