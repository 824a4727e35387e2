//go:build unix

package main

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// The tests of datagrams with other programs.

func TestDatagramsToOtherProgramsComeBack(t *testing.T) {
	for name, args := range map[string][]string{
		"socat": {"-b65536", "-T30", "UDP4-RECVFROM:0,bind=127.0.0.1,fork", "PIPE"},
		"ncat":  {"-ul", "--exec", "/bin/cat", "127.0.0.1", "0"},
	} {
		t.Run(name, func(t *testing.T) {
			requirePeer(t, name)
			requirePortOf(t, name)
			server := launch(t, name, args, func(*exec.Cmd) {})
			port := server.portOf(t, "udp")
			for _, size := range []int{1, 1473, 8000} {
				r, w := pipe(t)
				_, _ = w.Write(pattern(size))
				_ = w.Close()
				p := begin(t, r, nil, "connect", "-u", "-w", "20", "-W", "1", "127.0.0.1", port)
				if code := p.code(); code != 0 || !bytes.Equal(p.stdout.Bytes(), pattern(size)) {
					t.Errorf("%d bytes: exit %d, %d back; %s", size, code, p.stdout.Len(), p.stderr.String())
				}
				if name == "ncat" {
					break // it serves one
				}
			}
		})
	}
}

// What a program sends must arrive whole, and its answer be taken.
func TestDatagramsOfOtherProgramsAreAnswered(t *testing.T) {
	for name, args := range map[string][]string{
		"socat":          {"-b65536", "-t5", "-", "UDP4:127.0.0.1:PORT"},
		"socat on IPv6":  {"-b65536", "-t5", "-", "UDP6:[::1]:PORT"},
		"nc.openbsd":     {"-u", "-w1", "127.0.0.1", "PORT"},
		"nc.traditional": {"-u", "-w1", "127.0.0.1", "PORT"},
		"ncat":           {"-u", "-i1", "127.0.0.1", "PORT"},
	} {
		t.Run(name, func(t *testing.T) {
			program, _, _ := strings.Cut(name, " ")
			requirePeer(t, program)
			server, addr := serving(t, nil, nil, "echo", "udp:0")
			_, port, _ := net.SplitHostPort(strings.TrimPrefix(addr, "udp:"))
			r, w := pipe(t)
			var out buffer
			peer := launch(t, program, arguments(strings.Join(args, " "), port), func(c *exec.Cmd) { c.Stdin, c.Stdout = r, &out })
			_ = r.Close()
			said := pattern(1400)
			if _, err := w.Write(said); err != nil {
				t.Fatal(err)
			}
			if err := await(func() bool { return out.Len() >= len(said) || isClosed(peer.ended) }); err != nil || !bytes.Equal(out.Bytes(), said) {
				t.Errorf("%v: %d of %d bytes came back", err, out.Len(), len(said))
			}
			_ = w.Close()
			_ = peer.cmd.Process.Kill()
			_ = server.cmd.Process.Signal(syscall.SIGTERM)
			<-server.ended
		})
	}
}

// shortPath is one that a Unix socket can have.
func shortPath(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "fid")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir + "/s"
}

func TestUnixDatagramsOfSocatAreAnswered(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("its sequenced packets are Linux's")
	}
	requirePeer(t, "socat")
	for scheme, args := range map[string]string{
		"unix-dgram:":     "-t5 - UNIX-CLIENT:PATH,type=2,bind=PATH.client",
		"unix-dgram: ":    "-t5 - UNIX-SENDTO:PATH,bind=PATH.client",
		"unix-seqpacket:": "-t5 - UNIX-CONNECT:PATH,type=5",
	} {
		t.Run(args, func(t *testing.T) {
			path := shortPath(t)
			server, _ := serving(t, nil, nil, "echo", strings.TrimSpace(scheme)+path)
			r, w := pipe(t)
			var out buffer
			peer := launch(t, "socat", strings.Fields(strings.ReplaceAll(args, "PATH", path)), func(c *exec.Cmd) { c.Stdin, c.Stdout = r, &out })
			_ = r.Close()
			_, _ = w.WriteString("there and back")
			if err := await(func() bool { return out.Len() > 0 || isClosed(peer.ended) }); err != nil || out.String() != "there and back" {
				t.Errorf("%v: %q came back", err, out.String())
			}
			_ = w.Close()
			_ = peer.cmd.Process.Kill()
			_ = server.cmd.Process.Signal(syscall.SIGTERM)
			<-server.ended
		})
	}
	t.Run("socat serves", func(t *testing.T) {
		path := shortPath(t)
		server := launch(t, "socat", []string{"UNIX-RECVFROM:" + path + ",fork", "PIPE"}, func(*exec.Cmd) {})
		if err := await(func() bool { _, err := os.Stat(path); return err == nil || isClosed(server.ended) }); err != nil {
			t.Fatal(err)
		}
		r, w := pipe(t)
		_, _ = w.WriteString("there and back")
		_ = w.Close()
		p := begin(t, r, nil, "connect", "-W", "1", "-w", "20", "unix-dgram:"+path)
		p.wants(0)
		if p.stdout.String() != "there and back" {
			t.Errorf("%q", p.stdout.String())
		}
	})
}

// A name server behind a relay, asked by many at once, also for what is large.
func TestNameServerBehindARelayAnswers(t *testing.T) {
	requirePeer(t, "dnsmasq", "dig")
	long := strings.Repeat("x", 250)
	server := listeningOn(t, "dnsmasq", func(port string) []string {
		args := []string{"--keep-in-foreground", "--conf-file=/dev/null", "--user=", "--no-resolv", "--no-hosts", "--pid-file=",
			"--listen-address=127.0.0.1", "--bind-interfaces", "--port=" + port, "--edns-packet-max=8192", "--address=/one.test/192.0.2.7"}
		for i := range 12 {
			args = append(args, fmt.Sprintf("--txt-record=big.test,%d%s", i, long))
		}
		return args
	})
	p, addr := serving(t, nil, nil, "relay", "udp:127.0.0.1:0", "udp:"+server)
	_, front, _ := net.SplitHostPort(strings.TrimPrefix(addr, "udp:"))
	ask := func(more ...string) string {
		out, _ := exec.Command("dig", append([]string{"@127.0.0.1", "-p", front, "+short", "+tries=5", "+timeout=2"}, more...)...).Output()
		return string(out)
	}
	if err := await(func() bool { return ask("one.test") == "192.0.2.7\n" }); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for i := range 50 {
		all.Go(func() {
			if got := ask(fmt.Sprintf("host%d.one.test", i)); got != "192.0.2.7\n" {
				t.Errorf("query %d: %q", i, got)
			}
		})
	}
	all.Wait()
	if got := ask("+bufsize=8192", "+ignore", "+notcp", "TXT", "big.test"); strings.Count(got, long) != 12 {
		t.Errorf("%d of 12 records of 250 bytes: %.200q", strings.Count(got, long), got)
	}
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	p.wants(143, "listening")
}
