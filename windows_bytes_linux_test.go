package main

import (
	"bytes"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Every byte, through the Windows binary: from and to files, pipes, sockets and nc.

// everyByte is each value of a byte, what text modes change (CR LF, Ctrl-Z), and 5 MB.
func everyByte() []byte {
	var b []byte
	for i := range 256 {
		b = append(b, byte(i))
	}
	b = append(b, "\r\n\n\r\x1a\x1a\r\n\x00\x1a"...)
	return append(append(b, pattern(5_000_000)...), 0x1a)
}

func fileWith(t *testing.T, data []byte) *os.File {
	t.Helper()
	path := filepath.Join(t.TempDir(), "data")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

func isSame(t *testing.T, got, want []byte) {
	t.Helper()
	if !bytes.Equal(got, want) {
		t.Errorf("%d bytes came of %d, or they are others", len(got), len(want))
	}
}

func passesFromFile(t *testing.T, w *windows) {
	_, addr := serving(t, nil, nil, "echo", "127.0.0.1:0")
	p := w.begin(t, fileWith(t, everyByte()), nil, "connect", addr)
	p.wants(0)
	isSame(t, p.stdout.Bytes(), everyByte())
}

func passesFromPipe(t *testing.T, w *windows) {
	_, addr := serving(t, nil, nil, "echo", "127.0.0.1:0")
	path := filepath.Join(t.TempDir(), "out")
	out, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	stdin, feed := pipe(t)
	p := w.begin(t, stdin, func(c *exec.Cmd) { c.Stdout = out }, "connect", addr)
	_ = stdin.Close()
	if _, err := feed.Write(everyByte()); err != nil {
		t.Error(err)
	}
	_ = feed.Close()
	p.wants(0)
	got, _ := os.ReadFile(path)
	isSame(t, got, everyByte())
}

func takesFromNC(t *testing.T, w *windows) {
	requirePeer(t, "nc.openbsd")
	p, addr := w.serving(t, nil, "listen", "127.0.0.1:0")
	host, port, _ := net.SplitHostPort(addr)
	output(t, fileWith(t, everyByte()), nil, "nc.openbsd", "-N", host, port)
	p.wants(0, "listening")
	isSame(t, p.stdout.Bytes(), everyByte())
}

func givesToNC(t *testing.T, w *windows) {
	requirePeer(t, "nc.openbsd")
	p, addr := w.serving(t, fileWith(t, everyByte()), "listen", "127.0.0.1:0")
	host, port, _ := net.SplitHostPort(addr)
	got := output(t, nil, nil, "nc.openbsd", "-d", host, port)
	p.wants(0, "listening")
	isSame(t, got, everyByte())
}

func relaysAll(t *testing.T, w *windows) {
	for _, forth := range []bool{true, false} {
		asked, answer := fileWith(t, everyByte()), (*os.File)(nil)
		if !forth {
			asked, answer = nil, asked
		}
		target, addr := serving(t, answer, nil, "listen", "127.0.0.1:0")
		_, relay := w.serving(t, nil, "relay", "127.0.0.1:0", addr)
		client := begin(t, asked, nil, "connect", relay)
		client.wants(0)
		target.wants(0, "listening")
		isSame(t, append(client.stdout.Bytes(), target.stdout.Bytes()...), everyByte())
	}
}

func talksTLS(t *testing.T, w *windows) {
	p, addr := w.serving(t, fileWith(t, everyByte()), "listen", "--tls", "127.0.0.1:0")
	client := begin(t, nil, nil, "connect", "--pin", pinOf(p), addr)
	client.wants(0)
	p.wants(0, "listening")
	isSame(t, client.stdout.Bytes(), everyByte())

	server, addr := serving(t, nil, nil, "listen", "--tls", "127.0.0.1:0")
	p = w.begin(t, fileWith(t, everyByte()), nil, "connect", "--pin", pinOf(server), addr)
	p.wants(0)
	server.wants(0, "listening")
	isSame(t, server.stdout.Bytes(), everyByte())
}

// pinOf waits for the pin that a listener tells.
func pinOf(p *process) (pin string) {
	p.t.Helper()
	if await(func() bool {
		_, said, _ := strings.Cut(p.stderr.String(), "--pin ")
		var found bool
		pin, _, found = strings.Cut(said, "\n")
		return found
	}) != nil {
		p.t.Fatalf("no pin was told: %q", p.stderr.String())
	}
	return pin
}
