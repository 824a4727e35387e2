//go:build unix

package main

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// The tests of -C, -t and -i: what goes over the wire, and how such sessions end.

// wire runs fid or another program as a client with pieces as its input, each when the
// one before has arrived, and returns what the server heard. The server says greeting.
func wire(t *testing.T, program string, args []string, greeting string, pieces ...string) []byte {
	t.Helper()
	h := newHost(t)
	stdin, feed := pipe(t)
	host := h.addr()[:strings.LastIndex(h.addr(), ":")]
	launch(t, program, append(args, host, port(h.addr())), func(c *exec.Cmd) { c.Stdin = stdin })
	_ = stdin.Close()
	server := h.client()
	server.says([]byte(greeting))
	var heard []byte
	buf := make([]byte, 4096)
	for _, piece := range pieces {
		if _, err := feed.WriteString(piece); err != nil {
			t.Fatal(err)
		}
		n, err := server.Read(buf)
		if err != nil {
			t.Fatal(err)
		}
		heard = append(heard, buf[:n]...)
	}
	_ = feed.Close()
	for {
		n, err := server.Read(buf)
		if heard = append(heard, buf[:n]...); err != nil {
			return heard
		}
	}
}

func TestACarriageReturnIsNotDoubledOverABoundary(t *testing.T) {
	for name, pieces := range map[string][]string{
		"CR and LF in two writes": {"one\r", "\ntwo\n", "three\r\n"},
		"LF alone":                {"one", "\n", "two", "\n", "three\n"},
	} {
		if got := string(wire(t, "fid", []string{"-C"}, "", pieces...)); got != "one\r\ntwo\r\nthree\r\n" {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestCRLFIsThatOfNcAndNcat(t *testing.T) {
	const text = "one\ntwo\r\nthree\r\r\n\nfour"
	want := wire(t, "fid", []string{"-C"}, "", text)
	for _, peer := range []struct {
		program string
		args    []string
	}{{"nc.openbsd", []string{"-N", "-C"}}, {"ncat", []string{"-C"}}} {
		t.Run(peer.program, func(t *testing.T) {
			requirePeer(t, peer.program)
			if got := wire(t, peer.program, peer.args, "", text); !bytes.Equal(got, want) {
				t.Errorf("%s sends %q, fid %q", peer.program, got, want)
			}
		})
	}
}

func TestTelnetOptionsAreRefusedAsNcDoes(t *testing.T) {
	const asks = "\xff\xfd\x01\xff\xfb\x03login: "
	options := func(heard []byte) []string {
		var each []string
		for at := bytes.IndexByte(heard, 255); at >= 0 && at+2 < len(heard); at = bytes.IndexByte(heard, 255) {
			each = append(each, string(heard[at:at+3]))
			heard = heard[at+3:]
		}
		slices.Sort(each)
		return each
	}
	want := []string{"\xff\xfc\x01", "\xff\xfe\x03"}
	for _, peer := range []struct {
		program string
		args    []string
	}{{"fid", []string{"-t"}}, {"nc.openbsd", []string{"-N", "-t"}}, {"ncat", []string{"-t"}}} {
		t.Run(peer.program, func(t *testing.T) {
			requirePeer(t, peer.program)
			h := newHost(t)
			stdin, feed := pipe(t)
			launch(t, peer.program, append(peer.args, "127.0.0.1", port(h.addr())), func(c *exec.Cmd) { c.Stdin = stdin })
			_ = stdin.Close()
			server := h.client()
			server.says([]byte(asks))
			heard := make([]byte, 0, 100)
			for len(options(heard)) < len(want) {
				n, err := server.Read(heard[len(heard):cap(heard)])
				if heard = heard[:len(heard)+n]; err != nil {
					t.Fatalf("%q, %v", heard, err)
				}
			}
			_ = feed.Close()
			if got := options(heard); !slices.Equal(got, want) {
				t.Errorf("%s answers %q, want %q", peer.program, got, want)
			}
		})
	}
}

func TestTelnetIsNotInTheDataEitherWay(t *testing.T) {
	h := newHost(t)
	stdin, feed := pipe(t)
	p := begin(t, stdin, nil, "connect", "-t", "-C", h.addr())
	_ = stdin.Close()
	if _, err := feed.WriteString("a\xffb\n"); err != nil {
		t.Fatal(err)
	}
	server := h.client()
	for _, piece := range []string{"lo\xff", "\xfd\x01gin\xff\xfa\x18\x01a", "bc\xff\xf0: \xff\xff", "!\xff"} {
		server.says([]byte(piece))
		awaitAcked(t, server)
	}
	heard := make([]byte, 9)
	if n, err := io.ReadFull(server, heard); err != nil { // before our end, behind which nothing is answered
		t.Fatalf("%q, %v", heard[:n], err)
	}
	server.finishes()
	_ = feed.Close()
	server.hears(nil)
	text := strings.Replace(string(heard), "\xff\xfc\x01", "", 1)
	if text != "a\xff\xffb\r\n" {
		t.Errorf("the server heard %q", heard)
	}
	p.wants(0)
	if got := p.stdout.String(); got != "login: \xff!" {
		t.Errorf("standard output has %q", got)
	}
}

// Counts in messages and in JSON are of what was read and written here.
func TestBytesAreCountedAsTheyWereRead(t *testing.T) {
	h := newHost(t)
	go func() {
		c := h.client()
		c.hears([]byte("a\r\n\r\n\r\n"))
		_ = c.Close()
	}()
	stdin, feed := pipe(t)
	_, _ = feed.WriteString("a\n\n\n")
	_ = feed.Close()
	begin(t, stdin, nil, "connect", "-v", "-C", h.addr()).wants(0, "4 B sent, 0 B received")
}

func TestASignalOrAClockEndsAPauseBetweenLines(t *testing.T) {
	for _, x := range []struct {
		flags  []string
		signal os.Signal
		code   int
		words  []string
	}{
		{nil, syscall.SIGTERM, 143, nil},
		{nil, os.Interrupt, 130, nil},
		{[]string{"--deadline", "100ms"}, nil, 5, []string{"(--deadline)"}},
		{[]string{"--idle-timeout", "100ms"}, nil, 5, []string{"no byte for 100 ms (--idle-timeout); 4 B sent"}},
	} {
		for _, mode := range []string{"connect", "listen"} {
			stdin, feed := pipe(t)
			_, _ = feed.WriteString("one\ntwo\nthree\n")
			p, far := withPeer(t, mode, stdin, append([]string{"-i", "1h"}, x.flags...)...)
			if got := make([]byte, 4); x.signal != nil {
				if _, err := far.Read(got); err != nil || string(got) != "one\n" {
					t.Fatalf("%q, %v", got, err)
				}
				_ = p.cmd.Process.Signal(x.signal)
			}
			p.wants(x.code, append(x.words, "")...)
			far.hearsReset() // what was not sent is not taken for all
		}
	}
}

func TestWhatIntervalDoesInASessionIsToldOnce(t *testing.T) {
	h := newHost(t)
	go func() { _ = h.client().CloseWrite() }()
	p := begin(t, fileOf(t, 0), nil, "connect", "-v", "-i", "30", h.addr())
	p.wants(0, "fid: pacing lines by 30 s; --idle-timeout ends an idle session\n")
	if n := strings.Count(p.stderr.String(), "pacing"); n != 1 {
		t.Errorf("told %d times", n)
	}
}
