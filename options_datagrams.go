package main

import (
	"strings"
	"time"

	"fid/modes"
	"fid/netio"
)

const (
	replySilence = time.Second     // without -q and -w, how long none may come for the reply to be over
	answerWait   = 2 * time.Second // of -z over UDP, without -w and --connect-timeout
)

// datagrams reads what sessions of datagrams take. A reply is over when nothing
// has come for as long as -q says; with -w the idle clock tells, and with -W
// the number of datagrams.
func (v *values) datagrams(o *modes.Options) {
	o.Net.Broadcast = v.is("broadcast")
	o.Rules.Datagrams = v.number("recv-count", 0, 1, 1<<30)
	switch {
	case o.Rules.Bounded:
		o.Rules.Quiet = o.Rules.Linger
	case v.is("linger"), o.Rules.Datagrams > 0, o.Rules.IdleEnds && o.Rules.Idle > 0:
		o.Rules.Quiet = -1
	default:
		o.Rules.Quiet = replySilence
	}
	if !v.is("connect-timeout") && !v.is("w") {
		o.Net.Answer = answerWait
	}
	v.exclude([2]string{"recv-count", "probe"}, [2]string{"recv-count", "echo"}, [2]string{"recv-count", "send-only"},
		[2]string{"broadcast", "unix"})
	v.exclude([2]string{"udp", "tls"}, [2]string{"udp", "starttls"})
	if o.Rules.Datagrams > 0 && o.Rules.Bounded && o.Rules.Linger == 0 {
		v.fail(netio.Usagef("", "-W waits for datagrams, -q 0 for none"))
	}
}

// fits refuses flags that an address that is dialled cannot heed.
func (v *values) fits(a netio.Address) {
	if v.is("recv-count") && !a.KeepsBoundaries() {
		v.fail(netio.Usagef("", "-W counts datagrams; %s is a stream", shorten(a.Text)))
	}
	if v.is("broadcast") && !strings.HasPrefix(a.Scheme, "udp") {
		v.fail(netio.Usagef("", "-b is for UDP, as -u or udp:HOST:PORT"))
	}
	for _, flag := range []string{"source", "source-port"} {
		if v.is(flag) && !a.IsOverIP() {
			v.fail(netio.Usagef("", "%s has no meaning for %s", v.dashed(flag), shorten(a.Text)))
		}
	}
	if n := v.size("size", 0, 1, 1<<28); a.IsDatagram() && n > maxEcho {
		v.fail(netio.Usagef("", "--size: a datagram has at most %d bytes", maxEcho))
	}
}

// maxEcho is the largest datagram of UDP (over IPv4).
const maxEcho = 65507
