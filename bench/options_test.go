//go:build linux

package main

import (
	"io"
	"testing"
	"time"
)

func TestOnlyAWholeRunWrites(t *testing.T) {
	for _, c := range []struct {
		args  []string
		write bool
	}{
		{nil, true},
		{[]string{"-rounds", "3"}, true},
		{[]string{"-quick"}, false},
		{[]string{"-only", "relay,echo"}, false},
		{[]string{"-peers", "nc"}, false},
		{[]string{"-vs", "/bin/fid"}, false},
		{[]string{"-quick", "-write"}, true},
		{[]string{"-write=false"}, false},
	} {
		o, err := parseOptions(c.args, io.Discard)
		if err != nil {
			t.Errorf("%q: %v", c.args, err)
		} else if o.write != c.write {
			t.Errorf("%q: write is %v, want %v", c.args, o.write, c.write)
		}
	}
}

func TestQuickLeavesWhatIsTyped(t *testing.T) {
	o, err := parseOptions([]string{"-quick", "-size", "4096"}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if o.size != 4096 || o.duration != 700*time.Millisecond {
		t.Errorf("size %d, duration %v; want 4096 and 700ms", o.size, o.duration)
	}
}

func TestWrongOptions(t *testing.T) {
	for _, args := range [][]string{{"-only", "speed"}, {"-peers", "telnet"}, {"-rounds", "0"}, {"relay"}} {
		if _, err := parseOptions(args, io.Discard); err == nil {
			t.Errorf("%q is accepted", args)
		}
	}
}
