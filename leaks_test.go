//go:build unix

package main

import (
	"fmt"
	"strings"
	"syscall"
	"testing"
)

// What a run holds after so many sessions: descriptors, and goroutines as Go's runtime tells them
// at SIGQUIT, which ends it.
func leftAfter(t *testing.T, sessions int, serverFirst bool, args []string) (descriptors, goroutines int) {
	t.Helper()
	h := newHost(t)
	for i, word := range args {
		if word == "TARGET" {
			args = append(append(append([]string(nil), args[:i]...), h.addr()), args[i+1:]...)
		}
	}
	p, addr := serving(t, nil, nil, args...)
	before := p.descriptors()
	for range sessions {
		client := dialPeer(t, addr)
		server := client // of an echo: what one end says the other hears
		if args[0] == "relay" {
			server = h.client()
		}
		first, second := client, server
		if serverFirst {
			first, second = server, client
		}
		first.says([]byte("one"))
		first.finishes()
		second.hears([]byte("one"))
		if second != first {
			second.says([]byte("two"))
			second.finishes()
			first.hears([]byte("two"))
		}
		_, _ = client.Close(), server.Close()
	}
	if err := await(func() bool { return p.descriptors() <= before }); err != nil {
		t.Errorf("%d descriptors before, %d after %d sessions", before, p.descriptors(), sessions)
	}
	descriptors = p.descriptors()
	_ = p.cmd.Process.Signal(syscall.SIGQUIT)
	p.code()
	return descriptors, strings.Count(p.stderr.String(), "\ngoroutine ")
}

func TestAThousandHalfClosedSessionsLeaveNothingBehind(t *testing.T) {
	for name, args := range map[string][]string{
		"a relay between plain sockets": {"relay", "127.0.0.1:0", "TARGET"},
		"a relay with a layer":          {"relay", "--hex=/dev/null", "127.0.0.1:0", "TARGET"},
		"an echo":                       {"echo", "127.0.0.1:0"},
		"an echo with a layer":          {"echo", "--digest", "sha256", "127.0.0.1:0"},
		"a command for each":            {"listen", "-k", "-e", "cat", "127.0.0.1:0"},
	} {
		for _, serverFirst := range []bool{false, true} {
			if serverFirst && args[0] != "relay" {
				continue // there is one end only
			}
			t.Run(fmt.Sprintf("%s, the server first: %v", name, serverFirst), func(t *testing.T) {
				fds, before := leftAfter(t, 1, serverFirst, args)
				fdsLater, after := leftAfter(t, 1000, serverFirst, args)
				if fdsLater > fds || after > before+100 { // a few more are the runtime's own
					t.Errorf("after 1 session %d descriptors and %d goroutines, after 1000 %d and %d", fds, before, fdsLater, after)
				}
				if before == 0 {
					t.Error("SIGQUIT told of no goroutine")
				}
			})
		}
	}
}
