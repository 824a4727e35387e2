//go:build unix

package main

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The tests of --pcap, with no eyes but fid's own; those with tshark's are in
// pcap_peers_test.go.

// sessionOf runs one session of a relay to echo:, whose capture goes to stdout or a file,
// and returns the relay.
func sessionOf(t *testing.T, set func(*exec.Cmd), data []byte, flags ...string) *process {
	t.Helper()
	p, addr := serving(t, nil, set, append([]string{"relay", "--once", "127.0.0.1:0", "echo:"}, flags...)...)
	c := dialPeer(t, addr)
	go func() {
		_, _ = c.Write(data)
		_ = c.CloseWrite()
	}()
	c.hears(data)
	<-p.ended
	return p
}

func TestAFullDiskUnderACaptureHarmsNoByteAndIsSaidAtOnceAndAtTheEnd(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("no /dev/full here")
	}
	p := sessionOf(t, nil, pattern(3000000), "--pcap", "/dev/full")
	p.wants(9, "fid: /dev/full: no space left on device; the session goes on, its record does not\n",
		"fid: /dev/full: no space left on device\n")
	p = sessionOf(t, nil, pattern(10), "--pcap", "/dev/full", "--json")
	p.wants(9, `"event":"unrecorded","address":"/dev/full","end":"local","code":9`)
}

func TestACaptureWhoseReaderIsGoneHarmsNoByte(t *testing.T) {
	r, w := pipe(t)
	_ = r.Close()
	p := sessionOf(t, func(c *exec.Cmd) { c.Stdout = w }, pattern(3000000), "--pcap", "-")
	p.wants(9, "fid: standard output: nobody reads it any more; the session goes on, its record does not\n")
}

// Something is said before the session has ended.
func TestAFailureOfACaptureIsSaidWhileTheSessionGoesOn(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("no /dev/full here")
	}
	p, addr := serving(t, nil, nil, "echo", "--once", "--pcap", "/dev/full", "127.0.0.1:0")
	c := dialPeer(t, addr)
	for !strings.Contains(p.stderr.String(), "its record does not") {
		c.says([]byte("x"))
		if _, err := c.Read(make([]byte, 1)); err != nil {
			t.Fatal(err)
		}
	}
	c.says([]byte("y"))
	c.finishes()
	c.hears([]byte("y"))
	p.wants(9, "its record does not")
}

// Nobody reads the capture, whose pipe is full: a signal and a clock end the run all the same.
func TestAStuckReaderOfACaptureHoldsUpNoSignalAndNoDeadline(t *testing.T) {
	for _, deadline := range []bool{false, true} {
		r, w := pipe(t)
		args := []string{"relay", "--pcap", "-", "127.0.0.1:0", "echo:"}
		if deadline {
			args = append(args, "--deadline", "500ms")
		}
		p, addr := serving(t, nil, func(c *exec.Cmd) { c.Stdout = w }, args...)
		_ = w.Close()
		c := dialPeer(t, addr)
		go func() { _, _ = io.Copy(io.Discard, c) }()
		if deadline {
			for { // until the deadline
				if _, err := c.Write(pattern(1 << 20)); err != nil {
					break
				}
			}
			p.wants(5, "(--deadline)")
		} else {
			c.says(pattern(1 << 20)) // what waits is more than a pipe takes
			_ = p.cmd.Process.Signal(os.Interrupt)
			p.wants(130, "listening")
		}
		_ = r.Close()
	}
}

// What a filter of a command, of -k into files, and of a run that only sends is free for.
func TestACaptureGoesToAFreeStandardOutput(t *testing.T) {
	h := newHost(t)
	go h.echoes()
	dir := t.TempDir()
	for _, args := range [][]string{
		{"connect", "--send-only", h.addr()},
		{"connect", "-e", "true", h.addr()},
		{"connect", "-c", "echo x", h.addr()},
		{"listen", "--output", filepath.Join(dir, "{n}"), "127.0.0.1:0"},
		{"listen", "-e", "cat", "127.0.0.1:0"},
		{"echo", "--once", "127.0.0.1:0"},
	} {
		args = append(args, "--pcap", "-")
		var p *process
		var words []string
		if args[0] == "connect" {
			p = begin(t, fileOf(t, 10), nil, args...)
		} else {
			var addr string
			p, addr = serving(t, nil, nil, args...)
			words = []string{"listening"}
			c := dialPeer(t, addr)
			c.says([]byte("x"))
			c.finishes()
			_, _ = io.ReadAll(c)
		}
		p.wants(0, words...)
		if got := p.stdout.Bytes(); !bytes.HasPrefix(got, []byte{0x0a, 0x0d, 0x0d, 0x0a}) {
			t.Errorf("%s: %q", strings.Join(args, " "), got[:min(len(got), 100)])
		}
	}
}

func TestACaptureIsWhatWasThereNeverTheLastRuns(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	sessionOf(t, nil, pattern(1000000), "--pcap", path).wants(0, "listening")
	long, _ := os.ReadFile(path)
	sessionOf(t, nil, pattern(1), "--pcap", path).wants(0, "listening")
	short, _ := os.ReadFile(path)
	if len(long) < 4000000 || len(short) > 10000 || !slices.Equal(long[:20], short[:20]) {
		t.Errorf("%d bytes, then %d", len(long), len(short))
	}
}
