package main

import (
	"os/exec"
	"testing"
)

func TestEventsThatCannotBeWrittenAreToldAndAreExit9(t *testing.T) {
	for _, to := range []string{"--json=/dev/full", "--json=fd:3"} {
		input, w := pipe(t)
		if _, err := w.WriteString("hello"); err != nil {
			t.Fatal(err)
		}
		_ = w.Close()
		p := begin(t, input, func(c *exec.Cmd) {
			r, gone := pipe(t)
			_ = r.Close()
			c.ExtraFiles = append(c.ExtraFiles, gone)
		}, "connect", to, "echo:")
		p.wants(9, "fid: "+to[len("--json="):]+": ", "; the session goes on, its record does not\n")
		if got := p.stdout.String(); got != "hello" {
			t.Errorf("%s: standard output is %q", to, got)
		}
	}
}

func TestTheSessionsFailureStandsBeforeThatOfItsEvents(t *testing.T) {
	begin(t, nil, nil, "connect", "--json=/dev/full", "127.0.0.1", "1").
		wants(4, "fid: /dev/full: no space left on device", "fid: 127.0.0.1:1: refused")
}
