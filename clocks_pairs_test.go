//go:build unix

package main

import (
	"os"
	"strings"
	"testing"
)

// Of two clocks the first to run out ends the run, whichever flags they are of: one that is added
// must not stop another. The shorter is well above 200 ms: Linux may put off the ACK of the input
// for as long (TCP_DELACK_MAX), and until it has come the input is not delivered.
func TestOfTwoClocksTheShorterEndsTheRun(t *testing.T) {
	type clock struct {
		flag string
		code int
		says string
	}
	idle := []clock{
		{"-w", 5, "no byte for 500 ms (-w)"},
		{"--idle-timeout", 5, "no byte for 500 ms (--idle-timeout)"},
		{"--first-byte-timeout", 5, "no first byte for 500 ms (--first-byte-timeout)"},
		{"--deadline", 5, "not done within 500 ms (--deadline)"},
	}
	ended := append([]clock{
		{"-q", 0, ""},
		{"-w", 0, ""},
	}, idle[1:]...)
	file := func(t *testing.T) *os.File { return fileOf(t, 10) }
	idlePipe := func(t *testing.T) *os.File { r, _ := pipe(t); return r }
	for name, x := range map[string]struct {
		clocks []clock
		others []string
		input  func(*testing.T) *os.File
	}{
		"connect, the input idle":  {idle, []string{"--connect-timeout"}, idlePipe},
		"connect, the input ended": {ended, []string{"--connect-timeout"}, file},
		"listen, the input idle":   {idle, []string{"--accept-timeout"}, idlePipe},
		"listen, the input ended":  {ended, []string{"--accept-timeout"}, file},
	} {
		t.Run(name, func(t *testing.T) {
			mode, _, _ := strings.Cut(name, ",")
			others := x.others
			for _, c := range x.clocks {
				others = append(others, c.flag)
			}
			var running []*process // all at once: what they do is to wait
			var want []clock
			for _, short := range x.clocks {
				for _, long := range others {
					if short.flag == long || short.flag == "-w" && long == "--idle-timeout" { // which takes its place
						continue
					}
					p, _ := withPeer(t, mode, x.input(t), short.flag, "500ms", long, "1h")
					running, want = append(running, p), append(want, short)
				}
			}
			for i, p := range running {
				if code := p.code(); code != want[i].code || !strings.Contains(p.stderr.String(), want[i].says) {
					t.Errorf("%v: exit %d, it said %q; want %d and %q", p.cmd.Args[1:], code, p.stderr.String(), want[i].code, want[i].says)
				}
			}
		})
	}
}
