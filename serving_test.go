//go:build unix

package main

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"testing"
)

// The tests of the modes that serve: listen -k, echo and relay.

func TestEchoSendsBackAndEndsInOrder(t *testing.T) {
	p, addr := serving(t, nil, nil, "echo", "--once", "127.0.0.1:0")
	c := dialPeer(t, addr)
	go func() {
		_, _ = c.Write(pattern(5 << 20))
		_ = c.CloseWrite()
	}()
	c.hears(pattern(5 << 20))
	p.wants(0, "listening on")
}

func TestKeepOpenWritesEachReadWhole(t *testing.T) {
	r, w := pipe(t)
	p, addr := serving(t, nil, func(c *exec.Cmd) { c.Stdout = w }, "listen", "-k", "127.0.0.1:0")
	_ = w.Close()
	var clients sync.WaitGroup
	const each = 200
	for i := range 8 {
		clients.Go(func() {
			c := dialPeer(t, addr)
			for range each {
				c.says(bytes.Repeat([]byte{byte('a' + i)}, 1000))
			}
			c.finishes()
			c.hears(nil)
		})
	}
	got := make([]byte, 8*each*1000)
	_, err := io.ReadFull(r, got)
	clients.Wait()
	if err != nil {
		t.Fatal(err)
	}
	for i := range 8 {
		if n := bytes.Count(got, []byte{byte('a' + i)}); n != each*1000 {
			t.Errorf("client %d: %d of %d bytes", i, n, each*1000)
		}
	}
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	p.wants(143, "listening on")
}

func TestKeepOpenServesOnAfterAReset(t *testing.T) {
	r, w := pipe(t)
	_, addr := serving(t, nil, func(c *exec.Cmd) { c.Stdout = w }, "listen", "-k", "127.0.0.1:0")
	first := dialPeer(t, addr)
	first.says([]byte("half"))
	_, _ = io.ReadFull(r, make([]byte, 4))
	first.resets()
	second := dialPeer(t, addr)
	second.says([]byte("whole"))
	second.finishes()
	second.hears(nil)
	buf := make([]byte, 5)
	if _, err := io.ReadFull(r, buf); string(buf) != "whole" {
		t.Errorf("%q, %v", buf, err)
	}
}

func TestKeepOpenWithAFailingOutputResetsEveryClient(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("no /dev/full here")
	}
	defer full.Close()
	p, addr := serving(t, nil, func(c *exec.Cmd) { c.Stdout = full }, "listen", "-k", "127.0.0.1:0")
	idle := dialPeer(t, addr)
	c := dialPeer(t, addr)
	c.says([]byte("x"))
	c.hearsReset()
	idle.hearsReset()
	p.wants(9, "standard output: no space left on device")
}

func TestKeepOpenRefusesAFileOnStandardInput(t *testing.T) {
	begin(t, fileOf(t, 10), nil, "listen", "-k", "127.0.0.1:0").wants(2, "a late client would get a part of it", "fid relay PORT file:PATH")
}

func TestRelayCarriesFINBothWays(t *testing.T) {
	h := newHost(t)
	_, addr := serving(t, nil, nil, "relay", "127.0.0.1:0", h.addr())
	client := dialPeer(t, addr)
	client.says([]byte("question"))
	client.finishes()
	server := h.client()
	server.hears([]byte("question"))
	server.says(pattern(1 << 20))
	server.finishes()
	client.hears(pattern(1 << 20))
}

func TestRelayCarriesTheServersFINFirst(t *testing.T) {
	h := newHost(t)
	_, addr := serving(t, nil, nil, "relay", "127.0.0.1:0", h.addr())
	client := dialPeer(t, addr)
	server := h.client()
	server.says([]byte("greeting"))
	server.finishes()
	client.hears([]byte("greeting"))
	client.says(pattern(3 << 20))
	client.finishes()
	server.hears(pattern(3 << 20))
}

func TestRelayDeliversWhatCameBeforeTheServersReset(t *testing.T) {
	h := newHost(t)
	_, addr := serving(t, nil, nil, "relay", "127.0.0.1:0", h.addr())
	client := dialPeer(t, addr)
	_ = client.SetReadBuffer(64 << 10) // a slow client: most of it waits in the relay
	server := h.client()
	server.says(pattern(2 << 20))
	awaitAcked(t, server)
	server.resets()
	if got := client.hearsReset(); !bytes.Equal(got, pattern(2<<20)) {
		t.Errorf("%d of %d bytes came before the reset", len(got), 2<<20)
	}
}

func TestRelayPassesTheClientsResetOn(t *testing.T) {
	h := newHost(t)
	_, addr := serving(t, nil, nil, "relay", "127.0.0.1:0", h.addr())
	client := dialPeer(t, addr)
	client.says([]byte("half"))
	awaitAcked(t, client)
	server := h.client()
	_, _ = io.ReadFull(server, make([]byte, 4))
	client.resets()
	server.hearsReset()
}

func TestRelayResetsAClientWhoseServerIsNotThere(t *testing.T) {
	p, addr := serving(t, nil, nil, "relay", "--once", "127.0.0.1:0", "127.0.0.1:1")
	dialReset(t, addr)
	p.wants(4, "127.0.0.1:1: refused")
}

func TestRelayToAFileGivesItWholeToEveryClient(t *testing.T) {
	f := fileOf(t, 1<<20)
	_, addr := serving(t, nil, nil, "relay", "127.0.0.1:0", "file:"+f.Name())
	for range 3 {
		c := dialPeer(t, addr)
		c.says([]byte("whatever a browser asks"))
		c.finishes()
		c.hears(pattern(1 << 20))
	}
}

func TestRelayToAMissingFileIsAResetAndServesOn(t *testing.T) {
	dir := t.TempDir()
	_, addr := serving(t, nil, nil, "relay", "127.0.0.1:0", "file:"+dir+"/f")
	dialReset(t, addr)
	if err := os.WriteFile(dir+"/f", []byte("now"), 0o600); err != nil {
		t.Fatal(err)
	}
	dialPeer(t, addr).hears([]byte("now"))
}

func TestMaxConnsLeavesTheRestInTheBacklog(t *testing.T) {
	_, addr := serving(t, nil, nil, "echo", "--max-conns", "1", "127.0.0.1:0")
	first, second := dialPeer(t, addr), dialPeer(t, addr)
	second.says([]byte("2"))
	first.says([]byte("1"))
	_, _ = io.ReadFull(first, make([]byte, 1))
	second.hearsNothing()
	first.finishes()
	first.hears(nil)
	_, err := io.ReadFull(second, make([]byte, 1))
	if err != nil {
		t.Errorf("the second client is not served after the first: %v", err)
	}
}

func TestSocketFileIsUnlinkedAtTheEnd(t *testing.T) {
	for _, args := range [][]string{{"echo"}, {"listen"}, {"listen", "-k"}, {"relay"}} {
		for _, s := range []syscall.Signal{syscall.SIGHUP, syscall.SIGINT, syscall.SIGTERM} {
			path := t.TempDir() + "/s"
			words := append(args, "unix:"+path)
			if args[0] == "relay" {
				words = append(words, "echo:")
			}
			p, _ := serving(t, nil, nil, words...)
			_ = p.cmd.Process.Signal(s)
			p.wants(128 + int(s))
			if _, err := os.Lstat(path); err == nil {
				t.Errorf("%v left its socket file at %v", args, s)
			}
		}
	}
}

func TestSecondListenerDoesNotUseUpTheFirstOnesOnlySession(t *testing.T) {
	path := "unix:" + t.TempDir() + "/s"
	first, addr := serving(t, nil, nil, "listen", path)
	begin(t, nil, nil, "listen", path).wants(10, path+": cannot bind: in use")
	p := begin(t, fileOf(t, 1000), nil, "connect", addr)
	p.wants(0)
	first.wants(0)
	if !bytes.Equal(first.stdout.Bytes(), pattern(1000)) {
		t.Errorf("%d bytes came", first.stdout.Len())
	}
}

func TestListenerBindsAgainAtOnce(t *testing.T) {
	p, addr := serving(t, nil, nil, "listen", "127.0.0.1:0")
	c := dialPeer(t, addr)
	c.finishes()
	c.hears(nil) // fid closes last: the port is in TIME_WAIT here
	p.wants(0, "listening on")
	_, again := serving(t, nil, nil, "echo", addr)
	if again != addr {
		t.Errorf("listening on %s, want %s", again, addr)
	}
}
