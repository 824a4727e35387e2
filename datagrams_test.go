//go:build unix

package main

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// The tests of datagrams with running fids, and with other programs.

func dialDatagrams(t *testing.T, ready string) net.Conn {
	t.Helper()
	c, err := net.Dial("udp", strings.TrimPrefix(ready, "udp:"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	_ = c.SetDeadline(time.Now().Add(patience))
	return c
}

// exchange sends a datagram and wants it back.
func exchange(t *testing.T, c net.Conn, p []byte) {
	t.Helper()
	if _, err := c.Write(p); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, 1<<16)
	n, err := c.Read(got)
	if err != nil || !bytes.Equal(got[:n], p) {
		t.Fatalf("%d bytes and %v, want %d", n, err, len(p))
	}
}

// A listener that takes an empty datagram for the end is the most common fault of its kind.
func TestEmptyDatagramDoesNotEndASession(t *testing.T) {
	out, err := os.Create(t.TempDir() + "/out")
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	p, addr := serving(t, nil, func(c *exec.Cmd) { c.Stdout = out }, "listen", "udp:127.0.0.1:0")
	c := dialDatagrams(t, addr)
	for _, say := range []string{"", "one", "", "two"} {
		_, _ = c.Write([]byte(say))
	}
	if err := await(func() bool { got, _ := os.ReadFile(out.Name()); return string(got) == "onetwo" }); err != nil {
		t.Error(err)
	}
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	p.wants(143, "listening on udp:127.0.0.1:")
}

func TestReplyThatComesAfterTheEndOfInputIsRead(t *testing.T) {
	server, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	r, w := pipe(t)
	_, _ = w.WriteString("question")
	_ = w.Close()
	p := begin(t, r, nil, "connect", "-u", server.LocalAddr().String())
	buf := make([]byte, 99)
	n, from, err := server.ReadFrom(buf)
	if err != nil || string(buf[:n]) != "question" {
		t.Fatal(string(buf[:n]), err)
	}
	time.Sleep(800 * time.Millisecond) // the server thinks
	_, _ = server.WriteTo([]byte("answer"), from)
	p.wants(0)
	if p.stdout.String() != "answer" {
		t.Errorf("%q", p.stdout.String())
	}
}

func TestInputOfAPipeGoesOutInThePiecesThatWereWritten(t *testing.T) {
	server, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	r, w := pipe(t)
	p := begin(t, r, nil, "connect", "-q0", "udp:"+server.LocalAddr().String())
	buf := make([]byte, 1<<16)
	for _, size := range []int{1, 65000, 512} {
		piece := pattern(size)
		if _, err := w.Write(piece); err != nil {
			t.Fatal(err)
		}
		if n, _, err := server.ReadFrom(buf); err != nil || !bytes.Equal(buf[:n], piece) {
			t.Errorf("%d bytes and %v, want %d", n, err, size)
		}
	}
	_ = w.Close()
	p.wants(0)
}

// A file has no pieces of its own: it goes out in as few datagrams as there can be.
func TestAFileGoesOutInTheLargestDatagrams(t *testing.T) {
	server, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	_ = server.SetReadDeadline(time.Now().Add(patience))
	all := pattern(2*65507 + 100)
	p := begin(t, fileOf(t, len(all)), nil, "connect", "-q0", "udp:"+server.LocalAddr().String())
	buf := make([]byte, 1<<16)
	for _, want := range [][]byte{all[:65507], all[65507 : 2*65507], all[2*65507:]} {
		if n, _, err := server.ReadFrom(buf); err != nil || !bytes.Equal(buf[:n], want) {
			t.Errorf("%d bytes and %v, want %d", n, err, len(want))
		}
	}
	p.wants(0)
}

func TestManyPeersOfAnEchoServerLeaveNothingBehind(t *testing.T) {
	log := filepath.Join(t.TempDir(), "log")
	p, addr := serving(t, nil, nil, "echo", "--idle-timeout", "0.2", "--json="+log, "udp:127.0.0.1:0")
	descriptors := func() int {
		fds, _ := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", p.cmd.Process.Pid))
		return len(fds)
	}
	before := descriptors()
	var all sync.WaitGroup
	const many = 300
	const atOnce = 4 // more large ones may be too much for the kernel, which drops them then
	for worker := range atOnce {
		all.Go(func() {
			for i := worker; i < many; i += atOnce {
				c := dialDatagrams(t, addr)
				for _, size := range []int{0, 1, 1473, 20000 + i} {
					exchange(t, c, pattern(size))
				}
			}
		})
	}
	all.Wait()
	if after := descriptors(); after > before {
		t.Errorf("%d descriptors before, %d after", before, after)
	}
	err := await(func() bool {
		said, _ := os.ReadFile(log)
		return bytes.Count(said, []byte(`"event":"ended"`)) == many && bytes.Count(said, []byte(`"code":0`)) == many
	})
	if err != nil {
		said, _ := os.ReadFile(log)
		t.Errorf("%d sessions ended, %d in order", bytes.Count(said, []byte(`"event":"ended"`)), bytes.Count(said, []byte(`"code":0`)))
	}
	exchange(t, dialDatagrams(t, addr), []byte("still there"))
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	p.wants(143, "listening")
}

func TestOnceOfDatagramsEndsWithItsPeersSilence(t *testing.T) {
	p, addr := serving(t, nil, nil, "echo", "--once", "--idle-timeout", "0.2", "udp:127.0.0.1:0")
	exchange(t, dialDatagrams(t, addr), []byte("hello"))
	p.wants(0, "listening")
}

// The target has gone: the session ends as refused, and the relay lives on.
func TestRelayTellsThatItsTargetRefusesDatagrams(t *testing.T) {
	gone, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	target := gone.LocalAddr().String()
	_ = gone.Close()
	p, addr := serving(t, nil, nil, "relay", "-v", "-u", "127.0.0.1:0", target)
	c := dialDatagrams(t, addr)
	for i := range 3 {
		_, _ = c.Write([]byte("anybody?"))
		_ = await(func() bool { return strings.Count(p.stderr.String(), "refused (ICMP port unreachable)") > i })
	}
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	p.wants(143, target+": refused (ICMP port unreachable) after 8 B sent, 0 B received")
}

func TestSecondPeerOfAListenerIsNotServed(t *testing.T) {
	r, w := pipe(t)
	p, addr := serving(t, r, nil, "listen", "udp:127.0.0.1:0")
	first, second := dialDatagrams(t, addr), dialDatagrams(t, addr)
	_, _ = first.Write([]byte("first"))
	if err := await(func() bool { return p.stdout.String() == "first" }); err != nil {
		t.Fatal(err)
	}
	_, _ = second.Write([]byte("second"))
	if runtime.GOOS == "linux" {
		if _, err := second.Read(make([]byte, 9)); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("the second one hears %v", err)
		}
	}
	_, _ = w.WriteString("to the first")
	buf := make([]byte, 99)
	if n, err := first.Read(buf); err != nil || string(buf[:n]) != "to the first" {
		t.Errorf("%q, %v", buf[:n], err)
	}
	_ = w.Close()
	p.wants(0, "listening")
	if p.stdout.String() != "first" {
		t.Errorf("%q", p.stdout.String())
	}
}
