//go:build unix

package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// The tests of the files that --pcap and --hex write: when they are opened, and how long their
// readers are waited for.

func TestAWrongCommandLineEmptiesNoFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	for _, flag := range []string{"--pcap=" + path, "--hex=" + path} {
		for _, wrong := range [][]string{
			{"relay", flag, "0"},
			{"connect", flag, "127.0.0.1"},
			{"connect", flag, "127.0.0.1", "1", "--limit", "x"},
			{"listen", flag, "--max-conns", "2", "0"},
			{"connect", flag, "--tls", "--sni", "", "127.0.0.1", "1"},
			{"relay", "--pcap=" + path, "--hex=" + path, "127.0.0.1:0", "echo:"},
		} {
			if err := os.WriteFile(path, []byte("precious"), 0o600); err != nil {
				t.Fatal(err)
			}
			begin(t, nil, nil, wrong...).wants(2, "fid: ")
			if got, err := os.ReadFile(path); err != nil || string(got) != "precious" {
				t.Errorf("%s: %q, %v", strings.Join(wrong, " "), got, err)
			}
		}
	}
}

func TestWhatIsToBeSentIsNotEmptiedForACaptureOfIt(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	for _, flag := range []string{"--pcap=" + path, "--hex=" + path} {
		if err := os.WriteFile(path, []byte("precious"), 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		begin(t, f, nil, "connect", flag, newHost(t).addr()).wants(2, "f: is standard input, too")
		if got, err := os.ReadFile(path); err != nil || string(got) != "precious" {
			t.Errorf("%s: %q, %v", flag, got, err)
		}
	}
}

func TestTwoRecordingsAreNotOneFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	for _, x := range [][3]string{
		{"--pcap=-", "--hex=-", "standard output"},
		{"--pcap=" + path, "--hex=" + path, path},
		{"--pcap=" + path, "--json=" + path, path},
		{"--json=" + path, "--hex=" + path, path},
	} {
		begin(t, nil, nil, "relay", x[0], x[1], "127.0.0.1:0", "echo:").wants(2,
			"fid: "+x[2]+": one of --pcap, --hex and --json can be there\n")
	}
}

// fifo makes a FIFO whose reader has opened it, and never reads.
func fifo(t *testing.T, isRead bool) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if isRead {
		r, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = r.Close() })
	}
	return path
}

func TestAFIFOThatNobodyReadsIsWaitedForNoLongerThanTheDeadline(t *testing.T) {
	for _, flag := range []string{"--pcap=", "--hex="} {
		begin(t, nil, nil, "echo", flag+fifo(t, false), "--deadline", "100ms", "127.0.0.1:0").wants(5, "(--deadline)")
	}
}

// Nobody reads the recording: a clock ends the session nevertheless, and the run does not wait
// for the rest of it for ever.
func TestAStuckReaderOfARecordingHoldsUpNoClock(t *testing.T) {
	t.Parallel() // it waits
	for _, recording := range []string{"--pcap=", "--hex="} {
		for _, x := range []struct {
			clock string
			open  bool // standard input
			ends  bool // the far end's direction, and all is in the queue
			code  int
			words string
		}{
			{"--idle-timeout", true, false, 5, "no byte for 200 ms (--idle-timeout)"},
			{"-w", true, false, 5, "no byte for 200 ms (-w)"},
			{"-q", false, false, 5, "not all delivered after 200 ms (-q)"},
			{"--idle-timeout", false, true, 9, "fifo: not all of it is written: nobody reads it"},
		} {
			h := newHost(t)
			stdin, feed := pipe(t)
			if !x.open {
				_ = feed.Close()
			}
			p := begin(t, stdin, nil, "connect", recording+fifo(t, true), x.clock, "200ms", h.addr())
			_ = stdin.Close()
			c := h.client()
			if x.ends {
				_, _ = c.Write(pattern(100_000))
				c.finishes()
			} else {
				go func() { _, _ = c.Write(pattern(8 << 20)) }()
			}
			p.wants(x.code, x.words)
			_ = feed.Close()
		}
	}
}
