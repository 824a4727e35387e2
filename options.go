package main

import (
	"cmp"
	"errors"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"fid/modes"
	"fid/netio"
)

// A values reads flags and keeps the first thing that is wrong with one.
type values struct {
	c     *cli.Context
	table []flag
	line  commandLine
	asNC  bool // started under the name nc
	err   error

	recordings []*netio.Recording // that flags have asked for
	recorded   string             // the name of the last of them
	terminal   *netio.RawTerminal // of --raw; nil without

	dumpTakesPlace bool // of the data on standard output
}

func (v *values) fail(err error) {
	if v.err == nil {
		v.err = err
	}
}

// is reports whether the flag was typed. It is asked two hundred times a run, and cli.Context
// sorts all flags for each answer.
func (v *values) is(name string) bool { return v.line.names(name) }

// all returns every value of a flag that may be repeated, in their order.
func (v *values) all(name string) []string { return v.line.all(name) }

// duration reads a flag of seconds or of a number with a unit; 0 is off.
func (v *values) duration(name string) time.Duration {
	if !v.is(name) {
		return 0
	}
	d, err := parseDuration(v.c.String(name))
	if err != nil {
		v.fail(netio.Usagef("", "%s %s: %s", v.dashed(name), shown(v.c.String(name)), err))
	}
	return d
}

// number reads a flag that counts something.
func (v *values) number(name string, otherwise, least, most int) int {
	if !v.is(name) {
		return otherwise
	}
	typed := v.c.String(name)
	n, err := strconv.Atoi(typed)
	if err != nil || n < least || n > most || strings.Trim(typed, "0123456789") != "" {
		v.fail(netio.Usagef("", "%s %s: a number from %d to %d is meant", v.dashed(name), shown(typed), least, most))
	}
	return n
}

// exclude refuses two flags that contradict each other.
func (v *values) exclude(pairs ...[2]string) {
	for _, p := range pairs {
		if v.is(p[0]) && v.is(p[1]) {
			v.fail(netio.Usagef("", "%s and %s exclude each other", v.dashed(p[0]), v.dashed(p[1])))
		}
	}
}

// need refuses a flag that means something only beside one of others.
func (v *values) need(name string, others ...string) {
	if !v.is(name) {
		return
	}
	var typed []string
	for _, o := range others {
		if v.is(o) {
			return
		}
		typed = append(typed, v.dashed(o))
	}
	v.fail(netio.Usagef("", "%s needs %s", v.dashed(name), strings.Join(typed, " or ")))
}

// dashed is a flag as it is typed; of -z the flag that stands for it.
func (v *values) dashed(name string) string {
	if name == "probe" {
		name = cmp.Or(v.line.implying, name)
	}
	for _, f := range v.table {
		if f.name() == name {
			return f.typed()
		}
	}
	return "--" + name
}

// shown is a value in a message: quoted where it would not be seen.
func shown(value string) string {
	if strings.TrimSpace(value) != value || value == "" {
		return strconv.Quote(shorten(value))
	}
	return shorten(value)
}

// apart is a hint at a value that was typed as a word of its own, behind a flag that can be
// without one; empty where there is no such flag.
func (v *values) apart() string {
	for _, f := range v.table {
		if f.optional && v.is(f.name()) && v.c.String(f.name()) == "" {
			return f.typed() + strings.Trim(f.value, "[]") + ", in one word"
		}
	}
	if v.is("text") {
		return "--text --hex=FILE"
	}
	return ""
}

type parseError string

func (e parseError) Error() string { return string(e) }

// parseDuration reads "3", "0.5", "500ms", "2m": seconds unless a unit is given.
func parseDuration(s string) (time.Duration, error) {
	const meant = parseError("seconds or a number with a unit (500ms, 2m, 1h) is meant")
	if s == "" || strings.Trim(s, "0123456789.hmsuµn") != "" {
		return 0, meant
	}
	d, err := time.ParseDuration(s)
	if err == nil {
		return d, nil
	}
	n, err := strconv.ParseFloat(s, 64)
	switch {
	case err != nil && !errors.Is(err, strconv.ErrRange):
		return 0, meant
	case n >= math.MaxInt64/float64(time.Second):
		return 0, parseError("longer than a clock can count")
	}
	return time.Duration(n * float64(time.Second)), nil
}

// parseSize reads "512", "10k" (1000ⁿ) or "64Ki" (1024ⁿ).
func parseSize(s string) (int64, error) {
	const meant = parseError("a number of bytes is meant, with k, M, G (1000) or Ki, Mi, Gi (1024)")
	digits := strings.TrimRight(s, "kKMGi")
	n, err := strconv.ParseUint(digits, 10, 63)
	unit, ok := map[string]uint64{"": 1, "k": 1e3, "K": 1e3, "M": 1e6, "G": 1e9, "Ki": 1 << 10, "ki": 1 << 10, "Mi": 1 << 20, "Gi": 1 << 30}[s[len(digits):]]
	if err != nil || !ok || n > math.MaxInt64/unit {
		return 0, meant
	}
	return int64(n * unit), nil
}

// size reads a flag of bytes.
func (v *values) size(name string, otherwise, least, most int64) int {
	if !v.is(name) {
		return int(otherwise)
	}
	n, err := parseSize(v.c.String(name))
	if err == nil && (n < least || n > most) {
		err = parseError("from " + netio.Bytes(least) + " to " + netio.Bytes(most) + " is meant")
	}
	if err != nil {
		v.fail(netio.Usagef("", "%s %s: %s", v.dashed(name), shown(v.c.String(name)), err))
	}
	return int(n)
}

// The defaults of --connect-timeout, of a step of a check, and of -i with --echo.
const (
	echoInterval   = time.Second
	connectTimeout = 10 * time.Second
	checkStep      = 5 * time.Second
)

// options reads what all modes take.
func (v *values) options(out *console) modes.Options {
	v.exclude([2]string{"ipv4", "ipv6"}, [2]string{"half-close", "no-half-close"}, [2]string{"send-only", "recv-only"},
		[2]string{"send-only", "no-stdin"}, [2]string{"hangup", "send-only"})
	o := modes.Options{Log: out.event, Monitor: &out.monitor}
	if v.is("ipv4") {
		o.Net.Family = "4"
	}
	if v.is("ipv6") {
		o.Net.Family = "6"
	}
	o.Net.Numeric = v.is("numeric")
	o.Net.PTY = v.is("pty")
	o.Net.Source, o.Net.SourcePort = v.c.String("source"), v.c.String("source-port")
	o.Net.Timeout, o.Net.TimeoutFlag = v.clock(connectTimeout, "connect-timeout", "w")
	o.Rules.Idle, o.Rules.IdleFlag = v.clock(0, "idle-timeout", "w")
	o.Rules.IdleEnds = v.is("w") && !v.is("idle-timeout")
	if (out.mode == "echo" || out.mode == "relay") && !v.is("idle-timeout") {
		o.Rules.HalfOpen = modes.HalfOpenLimit
	}
	o.Net.Socket = v.socketOptions()
	o.Net.Layers = v.layers(out)
	o.Rules.FirstByte = v.duration("first-byte-timeout")
	o.Rules.Hangup = v.is("hangup")
	o.Rules.SendOnly = v.is("send-only")
	v.linger(&o.Rules)
	v.dialogueEnd(&o.Rules)
	v.datagrams(&o)
	switch {
	case v.is("half-close"):
		o.Rules.FIN = netio.FINNow
	case v.is("no-half-close"), out.asNC && !o.Rules.Bounded:
		o.Rules.FIN = netio.FINHeld
	}
	return o
}

// clock reads the first of the flags that is set, and says which that was.
func (v *values) clock(otherwise time.Duration, names ...string) (time.Duration, string) {
	for _, name := range names {
		if v.is(name) {
			return v.duration(name), v.dashed(name)
		}
	}
	return otherwise, v.dashed(names[0])
}

// linger reads -q, the one duration that may be negative: -1 is no limit.
func (v *values) linger(r *netio.Rules) {
	if v.is("linger") && v.c.String("linger") != "-1" {
		r.Linger, r.Bounded = v.duration("linger"), true
	}
}

func (v *values) stdio() netio.Stdio {
	return netio.Stdio{NoInput: v.is("no-stdin") || v.is("recv-only") || v.hasDialogue(), NoOutput: v.is("send-only") || v.dumpTakesPlace,
		RawOutput: v.rawOutput(), Terminal: v.terminal}
}
