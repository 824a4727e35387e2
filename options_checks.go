package main

import (
	"time"

	"fid/modes"
	"fid/netio"
)

// implyProbe adds -z where a flag asks for a kind of it. Without --echo, --count does.
func (l *commandLine) implyProbe() {
	if l.mode != "connect" || l.names("probe") {
		return
	}
	for _, flag := range []string{"banner", "stay", "count"} {
		if l.names(flag) && !(flag == "count" && l.names("echo")) {
			l.flags, l.implying = append(l.flags, "--probe"), flag
			return
		}
	}
}

// A rounds is how often what is dialled is tried, with how much, and for how long.
type rounds struct {
	count, size int
	wait        time.Duration
}

// rounds reads them before the address: a value that was forgotten has taken the next word, and
// the host is what would seem to be missing.
func (v *values) rounds() rounds {
	return rounds{count: v.number("count", 1, 1, 1<<30), size: v.size("size", 64, 1, 1<<28), wait: v.duration("wait")}
}

// check reads what -z takes: one port that is connected to again and again, or ports. What a
// session has and a check has not is refused, but for the letters of nc, which takes them.
func (v *values) check(words []string, r rounds) (runner, error) {
	for _, flag := range []string{"send-only", "recv-only", "hangup", "no-half-close", "first-byte-timeout"} {
		v.exclude([2]string{flag, "probe"})
	}
	t, err := v.targets(words)
	if err != nil {
		return nil, v.swallowed(err, words)
	}
	v.secure(nil, t.addresses)
	for _, a := range t.addresses {
		v.checkable(a)
		v.fits(a)
		for _, flag := range []string{"banner", "stay"} {
			if v.is(flag) && a.IsDatagram() {
				v.fail(netio.Usagef("", "--%s needs a connection; %s has none", flag, shorten(a.Text)))
			}
		}
	}
	if v.is("count") {
		return v.ping(t, r)
	}
	step, flag := v.clock(checkStep, "idle-timeout", "w")
	return modes.Probe{Addresses: t.addresses, Ranged: t.ranged, Interval: v.duration("interval"), Random: v.is("random"), AnyOpen: v.asNC,
		Wait: r.wait, Banner: v.is("banner"), Stay: v.duration("stay"), Step: step, StepFlag: flag}, nil
}

func (v *values) ping(t targets, r rounds) (runner, error) {
	v.exclude([2]string{"count", "banner"}, [2]string{"count", "stay"}, [2]string{"count", "random"})
	if len(t.addresses) > 1 {
		v.fail(netio.Usagef("", "--count measures connects to one port, and there are %d", len(t.addresses)))
	}
	interval := echoInterval
	if v.is("interval") {
		interval = v.duration("interval")
	}
	return modes.Ping{Address: t.addresses[0], Count: r.count, Interval: interval, Wait: r.wait}, nil
}

// targets reads the words of -z: addresses, or a host and lists of ports.
func (v *values) targets(words []string) (t targets, err error) {
	switch {
	case v.is("unix") || len(words) == 0:
		var a netio.Address
		a, err = v.address(words, netio.ToDial, "fid connect -z HOST PORT")
		t.add(a, false)
	case len(words) == 1 || areAddresses(words):
		for _, w := range words {
			if err == nil {
				err = t.addWord(w)
			}
		}
	default:
		parse := func(port string) (netio.Address, error) { return netio.ParseHostPort(words[0], port, netio.ToDial) }
		for _, list := range words[1:] {
			if err == nil {
				err = t.addList(list, parse)
			}
		}
	}
	for i := range t.addresses {
		if err == nil {
			t.addresses[i], err = v.over(t.addresses[i], netio.ToDial, nil)
		}
	}
	return t, err
}
