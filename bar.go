package main

import (
	"fmt"
	"strings"
	"time"

	"fid/netio"
)

// A sample is how far a session had come at a time.
type sample struct {
	at             time.Time
	sent, received int64
	size           int64 // bytes that will be sent, where that is known; else 0
}

// rateSpan is how far back the rate looks: a moment would make it jump, all of the session
// would hide that it stands still.
const rateSpan = 5 * time.Second

// A pace is what of a session was seen of late, the oldest first.
type pace []sample

// seen adds a sample, and forgets those that are too old.
func (p *pace) seen(s sample) {
	for len(*p) > 1 && s.at.Sub((*p)[1].at) >= rateSpan {
		*p = (*p)[1:]
	}
	*p = append(*p, s)
}

// rate returns the bytes a second of the direction that moves more.
func (p pace) rate() int64 {
	first, last := p[0], p[len(p)-1]
	moved := max(last.sent-first.sent, last.received-first.received)
	if span := last.at.Sub(first.at).Seconds(); span > 0 {
		return int64(float64(moved) / span)
	}
	return 0
}

// words says how far the session is, how fast, and how long it will take. Where the size is
// not known, or all of it was sent, they count.
func (p pace) words() (far, speed, left string) {
	now, rate := p[len(p)-1], p.rate()
	speed = speedWords(rate)
	if now.size == 0 || now.sent >= now.size {
		return counters(now), speed, ""
	}
	if rate > 0 {
		left = timeLeft(float64(now.size-now.sent) / float64(rate))
	}
	return fmt.Sprintf("%s %3d %%", netio.BytesOf(now.sent, now.size), 100*now.sent/now.size), speed, left
}

// plain is a line of words.
func (p pace) plain() string {
	far, speed, left := p.words()
	return strings.TrimRight(far+"  "+speed+"  "+left, " ")
}

// bar draws how far the session is in at most width columns, without a newline. What stands
// beside the bar keeps its place, though it changes; what has no room is left out.
func (p pace) bar(width int) string {
	far, speed, left := p.words()
	room := len("25 s left")
	if len(left) > room {
		room = len("59 min 59 s left")
	}
	now := p[len(p)-1]
	if inner := width - len("    []    ") - len(far) - len("99.9 MB/s") - room; now.sent < now.size && inner >= leastBar {
		done := int(float64(inner) * float64(now.sent) / float64(now.size))
		drawn := strings.Repeat("=", done) + ">" + strings.Repeat(" ", inner)
		far += "  [" + drawn[:inner] + "]"
		speed = fmt.Sprintf("%-9s", speed)
	}
	line := ""
	for _, part := range []string{far, speed, left} {
		if part == "" || len(line)+len("  ")+len(part) > width {
			break
		}
		line += "  " + part
	}
	return line
}

// leastBar is how wide a bar must be to tell more than the share before it.
const leastBar = 8

func counters(s sample) string {
	switch {
	case s.received == 0:
		return netio.Bytes(s.sent) + " sent"
	case s.sent == 0:
		return netio.Bytes(s.received) + " received"
	}
	return netio.Bytes(s.sent) + " sent, " + netio.Bytes(s.received) + " received"
}

// speedWords writes a rate with at most three digits before or behind the point.
func speedWords(rate int64) string {
	value, unit, _ := strings.Cut(netio.Bytes(rate), " ")
	if len(value) > len("99.9") {
		value, _, _ = strings.Cut(value, ".")
	}
	return value + " " + unit + "/s"
}

// timeLeft says seconds as people do, and nothing of what nobody waits for.
func timeLeft(seconds float64) string {
	switch s := int(min(seconds, 1e9) + 0.999); {
	case s < 100:
		return fmt.Sprintf("%d s left", s)
	case s < 3600:
		return fmt.Sprintf("%d min %d s left", s/60, s%60)
	case s < 360_000:
		return fmt.Sprintf("%d h %d min left", s/3600, s/60%60)
	}
	return ""
}
