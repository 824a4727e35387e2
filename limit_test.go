//go:build unix

package main

import (
	"net"
	"os"
	"syscall"
	"testing"
	"time"

	"fid/netio"
)

// The tests of --limit: how such sessions end. How many bytes pass is netio's to test.

func TestASignalOrAClockEndsTheWaitOfALimit(t *testing.T) {
	for _, x := range []struct {
		flags  []string
		signal os.Signal
		code   int
		words  []string
	}{
		{nil, syscall.SIGTERM, 143, nil},
		{nil, os.Interrupt, 130, nil},
		{[]string{"--deadline", "100ms"}, nil, 5, []string{"(--deadline)"}},
	} {
		for _, mode := range []string{"connect", "listen"} {
			stdin, feed := pipe(t)
			_, _ = feed.WriteString("one hundred seconds' worth would be a good deal more")
			_ = feed.Close()
			p, far := withPeer(t, mode, stdin, append([]string{"--limit", "1"}, x.flags...)...)
			if got := make([]byte, 1); x.signal != nil {
				if _, err := far.Read(got); err != nil || got[0] != 'o' {
					t.Fatalf("%q, %v", got, err)
				}
				_ = p.cmd.Process.Signal(x.signal)
			}
			p.wants(x.code, append(x.words, "")...)
			far.hearsReset() // what was not sent is not taken for all
		}
	}
}

func TestARelayIsLimitedEachWay(t *testing.T) {
	h := newHost(t)
	go h.echoes()
	relay, addr := serving(t, nil, nil, "relay", "--once", "--limit", "1M", "127.0.0.1:0", h.addr())
	client := dialPeer(t, addr)
	begin := time.Now()
	go func() { client.says(pattern(300_000)); client.finishes() }()
	client.hears(pattern(300_000))
	if took := time.Since(begin); took < 270*time.Millisecond {
		t.Errorf("300 kB at 1 MB/s took %v", took)
	}
	relay.wants(0, "")
}

// Both ends of a relay are given the layers: what counts bytes is put on one of them.
func TestARelayCountsBytesOnce(t *testing.T) {
	counted := func(e *netio.End) netio.Stream { return nil }
	for mode, want := range map[string]int{"relay": 1, "connect": 2} {
		v := &values{line: commandLine{mode: mode}}
		put := 0
		for _, accepted := range []bool{true, false} {
			if e := (&netio.End{Stream: &net.TCPConn{}, Accepted: accepted}); v.onceASession(counted)(e) == nil {
				put++
			}
		}
		if put != want {
			t.Errorf("%s: on %d of two ends, want %d", mode, put, want)
		}
	}
}
