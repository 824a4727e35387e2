//go:build unix

package main

import (
	"context"
	"errors"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// soakInside are the servers that run inside the test for its goroutines: a carrier of
// sessions each, and TLS.
func soakInside() []soakRow {
	return []soakRow{
		{mode: "echo", at: "127.0.0.1:0", clients: 50},
		{mode: "echo", flags: []string{"--limit", "10G"}, at: "127.0.0.1:0", clients: 50},
		{mode: "echo", at: "tls:127.0.0.1:0", clients: 50},
		{mode: "relay", at: "127.0.0.1:0", target: "127.0.0.1:0", clients: 50},
		{mode: "relay", flags: []string{"--limit", "10G"}, at: "127.0.0.1:0", target: "127.0.0.1:0", clients: 50},
		{mode: "relay", at: "tls:127.0.0.1:0", target: "127.0.0.1:0", clients: 50},
		{mode: "listen", flags: []string{"-k", "-e", "cat"}, at: "127.0.0.1:0", clients: 20},
		{mode: "listen", flags: []string{"-k", "--broker"}, at: "127.0.0.1:0", clients: 20, reply: soakOthers},
	}
}

// TestSoakLeavesNoGoroutineAndNoMemory runs the servers inside the test, where goroutines can
// be counted, and memory to the byte.
func TestSoakLeavesNoGoroutineAndNoMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes some seconds")
	}
	rows := soakInside()
	seed := soakSeeded(t)
	for _, row := range rows {
		t.Run(row.name(), func(t *testing.T) {
			before := goleak.IgnoreCurrent()
			row.soaksInside(t, *soakTime/time.Duration(16*len(rows)), seed)
			goleak.VerifyNone(t, before)
		})
	}
}

func (r soakRow) soaksInside(t *testing.T, once time.Duration, seed uint64) {
	args, servers := append([]string{r.mode}, append(r.flags, r.at)...), []*soakInsider{}
	if r.target != "" {
		target := soakServes(t, "echo", r.target)
		defer target.ends(t)
		args, servers = append(args, target.address), append(servers, target)
	}
	server := soakServes(t, args...)
	defer server.ends(t)
	servers = append(servers, server)
	var inUse, goroutines []int
	for n := range uint64(soakLoads) {
		newSoakLoad(t, r, server.address).lasts(once, seed+n)
		for _, s := range servers {
			s.settles(t)
		}
		bytes, routines := soakInUse(), runtime.NumGoroutine()
		grows := n == 0 || bytes > slices.Max(inUse)+64<<10 || routines > slices.Max(goroutines)
		inUse, goroutines = append(inUse, bytes), append(goroutines, routines)
		if !grows {
			t.Logf("bytes in use after each load: %d; goroutines: %d", inUse, goroutines)
			return
		}
	}
	t.Errorf("it has grown with each load: bytes in use %d, goroutines %d", inUse, goroutines)
}

// soakInUse returns how many bytes are in use, of fid and the test.
func soakInUse() int {
	var m runtime.MemStats
	runtime.GC() // once for what is garbage, once for what waited for a finalizer
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

// A soakInsider is a fid that runs in the test's own process.
type soakInsider struct {
	out     *console
	address string
	cancel  context.CancelCauseFunc
	ended   chan error
}

// soakServes does what main does, but for the signals.
func soakServes(t *testing.T, args ...string) *soakInsider {
	t.Helper()
	file := t.TempDir() + "/ready"
	ctx, cancel := context.WithCancelCause(context.Background())
	s := &soakInsider{cancel: cancel, ended: make(chan error, 1)}
	line, err := readArgs(append(args, "--ready-file", file), false)
	if err != nil {
		t.Fatal(err)
	}
	s.out = newConsole(ctx, cancel, false)
	s.out.mode, s.out.stderr.to = line.mode, io.Discard
	todo, err := parse(line, s.out)
	if err != nil {
		t.Fatal(err)
	}
	go func() { s.ended <- todo.run(ctx) }()
	if err := await(func() bool {
		text, err := os.ReadFile(file)
		s.address = strings.TrimSpace(string(text))
		return err == nil
	}); err != nil {
		t.Fatal(err)
	}
	return s
}

// settles waits until there is no session any more.
func (s *soakInsider) settles(t *testing.T) {
	t.Helper()
	if err := await(func() bool { return len(s.out.monitor.Report()) == 0 }); err != nil {
		t.Errorf("%d sessions without a client: %v", len(s.out.monitor.Report()), err)
	}
}

var errSoakOver = errors.New("the soak is over")

func (s *soakInsider) ends(t *testing.T) {
	s.cancel(errSoakOver)
	err := <-s.ended
	if !errors.Is(err, errSoakOver) {
		t.Error(err)
	}
	s.out.finish(context.Background(), nil)
}
