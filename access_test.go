//go:build unix

package main

import (
	"encoding/json"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The tests of --allow and --deny. Each filter is left out first, to show that the client
// would be served.

// isServed connects and reports whether what it says comes back; else it must be a reset.
func isServed(t *testing.T, addr string) bool {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return false
	}
	p := newPeer(t, c)
	if _, err := p.Write([]byte("hello")); err != nil {
		return false // the reset was there already
	}
	_ = p.CloseWrite()
	b := make([]byte, 5)
	if n, err := p.Read(b); n > 0 {
		return true
	} else if !strings.Contains(err.Error(), errConnReset.Error()) {
		t.Errorf("the client of %s heard %v, want a reset or an answer", addr, err)
	}
	return false
}

func TestOnlyThoseWhoMayAreServed(t *testing.T) {
	list := t.TempDir() + "/list"
	if err := os.WriteFile(list, []byte("# loopback\n127.0.0.0/8, ::1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	empty := t.TempDir() + "/empty"
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	h := newHost(t)
	go h.echoes()
	for _, mode := range []struct {
		name   string
		target []string
	}{{"echo", nil}, {"relay", []string{h.addr()}}, {"relay", []string{"echo:"}}} {
		for _, x := range []struct {
			flags  []string
			listen string
			served bool
		}{
			{nil, "0", true},
			{[]string{"--deny", "127.0.0.1"}, "0", false}, // the peer is ::ffff:127.0.0.1 there
			{[]string{"--deny", "127.0.0.1"}, "127.0.0.1:0", false},
			{[]string{"--deny", "10.0.0.0/8,127.0.0.0/8"}, "0", false},
			{[]string{"--deny", "10.0.0.0/8", "--deny", "127.0.0.0/8"}, "0", false}, // the last does not win
			{[]string{"--deny", "127.0.0.0/8", "--deny", "10.0.0.0/8"}, "0", false},
			{[]string{"--deny", "10.0.0.0/8"}, "0", true},
			{[]string{"--allow", "127.0.0.1"}, "0", true},
			{[]string{"--allow", "10.0.0.1"}, "0", false},
			{[]string{"--allow", "10.0.0.1", "--allow", "127.0.0.1"}, "0", true},
			{[]string{"--allow", "127.0.0.1", "--deny", "127.0.0.0/8"}, "0", false},
			{[]string{"--allow", "@" + list}, "0", true},
			{[]string{"--deny", "@" + list}, "0", false},
			{[]string{"--allow", "@" + empty}, "0", false},
			{[]string{"--allow", "localhost"}, "0", true},
			{[]string{"--deny", "localhost"}, "0", false},
		} {
			args := append(append([]string{mode.name}, x.flags...), x.listen)
			_, addr := serving(t, nil, nil, append(args, mode.target...)...)
			if got := isServed(t, "127.0.0.1:"+port(addr)); got != x.served {
				t.Errorf("%v %v: served: %v, want %v", args, mode.target, got, x.served)
			}
		}
	}
}

func TestADeniedClientEndsARunOfOneClient(t *testing.T) {
	h := newHost(t)
	for _, args := range [][]string{{"listen"}, {"echo", "--once"}, {"relay", "--once"}} {
		words := []string{"127.0.0.1:0"}
		if args[0] == "relay" {
			words = append(words, h.addr())
		}
		p, addr := serving(t, nil, nil, append(append(args, "-v", "--deny", "127.0.0.1"), words...)...)
		dialReset(t, addr)
		p.wants(13, ": not allowed (--deny 127.0.0.1)")
		if n := strings.Count(p.stderr.String(), "not allowed"); n != 1 {
			t.Errorf("said %d times: %s", n, p.stderr.String())
		}
		if p.stdout.Len() > 0 {
			t.Errorf("standard output has %q", p.stdout.String())
		}
	}
}

func TestDeniedClientsAreLoggedAndCounted(t *testing.T) {
	log := t.TempDir() + "/log"
	p, addr := serving(t, nil, nil, "echo", "-v", "--json="+log, "--deny", "127.0.0.2", "127.0.0.1:0")
	for range 3 {
		from := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 2)}}
		c, err := from.Dial("tcp", addr)
		if err != nil {
			t.Skip("no second address on loopback: ", err)
		}
		newPeer(t, c).hearsReset()
	}
	if !isServed(t, addr) {
		t.Error("who may is not served")
	}
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	p.wants(143, "fid: 127.0.0.1:0: 127.0.0.2:", ": not allowed (--deny 127.0.0.2)")
	text, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	denied := 0
	var last struct {
		Event, Address, Peer, End, Error string
		Code, Denied, Sessions           int
	}
	for line := range strings.Lines(string(text)) {
		last.Denied, last.Error = 0, ""
		if err := json.Unmarshal([]byte(line), &last); err != nil {
			t.Fatal(err)
		}
		if last.Event == "denied" {
			denied++
			if last.Code != 13 || last.End != "denied" || !strings.HasPrefix(last.Peer, "127.0.0.2:") || last.Address != "127.0.0.1:0" || last.Error == "" {
				t.Errorf("%s", line)
			}
		}
		if last.Event == "accepted" && strings.HasPrefix(last.Peer, "127.0.0.2:") {
			t.Errorf("a denied client was accepted: %s", line)
		}
	}
	if denied != 3 || last.Event != "summary" || last.Denied != 3 || last.Sessions != 1 {
		t.Errorf("%d denied, at the end %+v", denied, last)
	}
}

func TestNoDescriptorOfADeniedClientIsKept(t *testing.T) {
	h := newHost(t)
	for _, args := range [][]string{{"echo"}, {"relay"}, {"listen", "-k"}} {
		words := []string{"--deny", "127.0.0.1", "--max-conns", "5", "127.0.0.1:0"}
		if args[0] == "relay" {
			words = append(words, h.addr())
		}
		p, addr := serving(t, nil, nil, append(args, words...)...)
		dialReset(t, addr)
		before := p.descriptors()
		for range 300 { // far more than there are slots
			dialReset(t, addr)
		}
		if err := await(func() bool { return p.descriptors() <= before }); err != nil {
			t.Errorf("%v: %d descriptors before, %d after 300 denied clients", args, before, p.descriptors())
		}
	}
}

// A denied client is no client: the clock until the first goes on.
func TestADeniedClientDoesNotStopTheClockUntilTheFirst(t *testing.T) {
	p, addr := serving(t, nil, nil, "listen", "-k", "--accept-timeout", "500ms", "--deny", "127.0.0.1", "127.0.0.1:0")
	dialReset(t, addr)
	p.wants(5, "no client for 500 ms (--accept-timeout)")
}

func TestAccessIsRefusedWhereClientsHaveNoAddress(t *testing.T) {
	for _, flag := range []string{"--allow", "--deny"} {
		begin(t, nil, nil, "listen", flag, "10.0.0.0/8", "unix:"+t.TempDir()+"/s").wants(2, flag+" has no meaning for unix:")
	}
}

// A list may come out of a pipe that nobody writes to: a signal ends the wait.
func TestASignalEndsTheWaitForAList(t *testing.T) {
	path := t.TempDir() + "/fifo"
	if err := exec.Command("mkfifo", path).Run(); err != nil {
		t.Skip("no mkfifo: ", err)
	}
	p := begin(t, nil, nil, "echo", "--deadline", "300ms", "--deny", "@"+path, "127.0.0.1:0")
	begun := time.Now()
	p.wants(5, "not done within 300 ms (--deadline)")
	if took := time.Since(begun); took > patience/2 {
		t.Errorf("%v", took)
	}
}
