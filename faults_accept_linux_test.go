package main

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// The tests of what a listening socket is, and of accept(2) where it fails.

// Each thread's first accept fails.
func TestAnAcceptThatFailsIsTriedAgain(t *testing.T) {
	requirePeer(t, "strace")
	for failure, said := range map[string]string{
		"EMFILE":       "cannot accept for now: too many open files",
		"ENFILE":       "cannot accept for now",
		"ENOBUFS":      "cannot accept for now",
		"EPERM":        "cannot accept for now",
		"ECONNABORTED": "ended in order", // nothing is said of a client that is gone
	} {
		for _, mode := range [][]string{{"listen"}, {"listen", "-k"}, {"echo"}, {"relay"}} { // an event loop accepts for the last two
			t.Run(fmt.Sprint(failure, mode), func(t *testing.T) {
				h := newHost(t)
				ready := t.TempDir() + "/ready" // strace would hold a pipe open, whose end is awaited
				args := append(mode, "-v", "--ready-file", ready, "127.0.0.1:0")
				if mode[0] == "relay" {
					args = append(args, h.addr())
					go h.echoes()
				}
				inject := underStrace("-D", "-o", os.DevNull, "-e", "trace=accept4", "-e", "inject=accept4:error="+failure+":when=1") // -D: beside it
				p := begin(t, nil, inject, args...)
				var addr []byte
				if await(func() bool { addr, _ = os.ReadFile(ready); return len(addr) > 0 }) != nil {
					t.Fatal("it is not ready")
				}
				c := dialPeer(t, strings.TrimSpace(string(addr)))
				c.finishes()
				c.hears(nil)
				awaitOn(t, "fid", &p.stderr, said)
				if len(mode) > 1 || mode[0] != "listen" {
					_ = p.cmd.Process.Signal(syscall.SIGTERM)
					p.wants(143, said)
				} else {
					p.wants(0, said)
				}
			})
		}
	}
}

// As many clients wait as the system allows (net.core.somaxconn in listen(2)).
func TestTheBacklogIsAsLongAsTheSystemAllows(t *testing.T) {
	requirePeer(t, "ss")
	most, err := os.ReadFile("/proc/sys/net/core/somaxconn")
	if err != nil {
		t.Skip("no /proc here")
	}
	for _, mode := range []string{"listen", "echo"} {
		_, addr := serving(t, nil, nil, mode, "127.0.0.1:0")
		said, err := exec.Command("ss", "-ltnH", "sport = :"+portOf(addr)).CombinedOutput()
		if f := strings.Fields(string(said)); err != nil || len(f) < 3 || f[2] != strings.TrimSpace(string(most)) {
			t.Errorf("%s: %q, %v: want %s in the third column", mode, said, err, most)
		}
	}
}

func TestAConnectionIsKeptAliveWhicheverSideOpenedIt(t *testing.T) {
	requirePeer(t, "ss")
	h := newHost(t)
	stdin, _ := pipe(t)
	begin(t, stdin, nil, "connect", h.addr())
	h.client()
	_, listening := serving(t, stdin, nil, "listen", "127.0.0.1:0")
	dialPeer(t, listening)
	_, echo := serving(t, nil, nil, "echo", "127.0.0.1:0")
	dialPeer(t, echo)
	_, relay := serving(t, nil, nil, "relay", "127.0.0.1:0", h.addr())
	dialPeer(t, relay)
	target := h.client()
	for name, filter := range map[string]string{
		"connect": "dport = :" + portOf(h.addr()), "listen": "sport = :" + portOf(listening), "echo": "sport = :" + portOf(echo),
		"a relay's client": "sport = :" + portOf(relay), "a relay's target": "sport = :" + portOf(target.RemoteAddr().String()),
	} {
		var said []byte
		if await(func() bool {
			said, _ = exec.Command("ss", "-tnHo", "state", "established", filter).CombinedOutput()
			return strings.Contains(string(said), "timer:(keepalive,")
		}) != nil {
			t.Errorf("%s: %s", name, said)
		}
	}
}
