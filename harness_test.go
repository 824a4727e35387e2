package main

import (
	"context"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"
)

// patience is how long a test waits for what must happen. It is no pause: a
// test that passes never waits for it.
const patience = 30 * time.Second

// A process is a running fid, as a user would start it.
type process struct {
	t              *testing.T
	cmd            *exec.Cmd
	stdout, stderr buffer
	ended          chan struct{}
}

// A buffer can be asked while fid still writes. It does not embed bytes.Buffer,
// whose ReadFrom would go past the lock.
type buffer struct {
	mu  sync.Mutex
	all []byte
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.all = append(b.all, p...)
	return len(p), nil
}

// Bytes returns what was written by now.
func (b *buffer) Bytes() []byte {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.all
}

func (b *buffer) Len() int       { return len(b.Bytes()) }
func (b *buffer) String() string { return string(b.Bytes()) }

// begin starts fid. Standard input is what is given, a file or a pipe's end;
// nil is /dev/null. set changes the command before it starts.
func begin(t *testing.T, stdin *os.File, set func(*exec.Cmd), args ...string) *process {
	t.Helper()
	return beginFor(t, patience, stdin, set, args...)
}

// beginFor is begin for a fid that may run longer than other tests have patience.
func beginFor(t *testing.T, limit time.Duration, stdin *os.File, set func(*exec.Cmd), args ...string) *process {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	p := &process{t: t, cmd: exec.CommandContext(ctx, "fid", args...), ended: make(chan struct{})}
	p.cmd.Stdout, p.cmd.Stderr = &p.stdout, &p.stderr
	if stdin != nil {
		p.cmd.Stdin = stdin
	}
	if set != nil {
		set(p.cmd)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = p.cmd.Wait()
		cancel()
		close(p.ended)
	}()
	t.Cleanup(func() { cancel(); <-p.ended })
	return p
}

// code waits for fid's end and returns its exit code, 128 and the number where
// a signal ended it.
func (p *process) code() int {
	<-p.ended
	return exitCode(p.cmd.ProcessState)
}

// wants fails the test unless fid ends with the code, and said each of words
// on standard error; without words it must have said nothing.
func (p *process) wants(code int, words ...string) {
	p.t.Helper()
	if got := p.code(); got != code {
		p.t.Errorf("fid %s: exit %d, want %d; it said %q", strings.Join(p.cmd.Args[1:], " "), got, code, p.stderr.String())
	}
	for _, w := range words {
		if !strings.Contains(p.stderr.String(), w) {
			p.t.Errorf("fid %s said %q, want %q in it", strings.Join(p.cmd.Args[1:], " "), p.stderr.String(), w)
		}
	}
	if len(words) == 0 && p.stderr.Len() > 0 {
		p.t.Errorf("fid %s said %q, want silence", strings.Join(p.cmd.Args[1:], " "), p.stderr.String())
	}
}

// A readyPipe tells when a serving fid accepts, by --ready-fd 3.
func readyPipe(t *testing.T) (set func(*exec.Cmd), address func() string) {
	t.Helper()
	r, w := pipe(t)
	return func(c *exec.Cmd) { c.ExtraFiles = append(c.ExtraFiles, w) }, func() string {
		t.Helper()
		_ = w.Close()
		line, err := io.ReadAll(r)
		if err != nil || len(line) == 0 {
			t.Fatalf("the listener is not ready: %q, %v", line, err)
		}
		return strings.TrimSpace(string(line))
	}
}

// serving starts a serving fid with the flags of its mode and returns it with
// the address it accepts on.
func serving(t *testing.T, stdin *os.File, set func(*exec.Cmd), args ...string) (*process, string) {
	t.Helper()
	ready, address := readyPipe(t)
	p := begin(t, stdin, func(c *exec.Cmd) {
		ready(c)
		if set != nil {
			set(c)
		}
	}, append([]string{args[0], "--ready-fd", "3"}, args[1:]...)...)
	return p, address()
}

func pipe(t *testing.T) (r, w *os.File) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = r.Close(), w.Close() })
	return r, w
}

// fileOf makes a file of n bytes to be standard input.
func fileOf(t *testing.T, n int) *os.File {
	t.Helper()
	f, err := os.Create(t.TempDir() + "/input")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	if _, err = f.Write(pattern(n)); err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// pattern is n bytes of which no part looks like another.
func pattern(n int) []byte {
	b := make([]byte, n)
	x := uint32(2463534242)
	for i := range b {
		x ^= x << 13
		x ^= x >> 17
		x ^= x << 5
		b[i] = byte(x)
	}
	return b
}

// A host is the far end of a test: a plain TCP listener.
type host struct {
	t *testing.T
	net.Listener
}

func newHost(t *testing.T) *host {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return &host{t, l}
}

func (h *host) addr() string { return h.Addr().String() }

// keepsLittle makes the kernel take next to nothing for clients that come.
func (h *host) keepsLittle() {
	h.t.Helper()
	raw, err := h.Listener.(*net.TCPListener).SyscallConn()
	if err == nil {
		err = raw.Control(func(fd uintptr) { err = smallReceiveBuffer(fd) })
	}
	if err != nil {
		h.t.Fatal(err)
	}
}

// echoes sends back to all who come what they say.
func (h *host) echoes() {
	for {
		c, err := h.Accept()
		if err != nil {
			return
		}
		go func() { _, _ = io.Copy(c, c); _ = c.Close() }()
	}
}

// client accepts one connection.
func (h *host) client() *peer {
	h.t.Helper()
	_ = h.Listener.(*net.TCPListener).SetDeadline(time.Now().Add(patience))
	c, err := h.Accept()
	if err != nil {
		h.t.Fatal(err)
	}
	return newPeer(h.t, c)
}
