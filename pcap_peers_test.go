//go:build unix

package main

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// The tests of --pcap as tshark reads it.

// tshark runs tshark over a capture, with every checksum checked, and returns what it
// prints. It may say nothing beside that.
func tshark(t *testing.T, path string, args ...string) string {
	t.Helper()
	requirePeer(t, "tshark")
	var out, errs bytes.Buffer
	cmd := exec.Command("tshark", append([]string{"-n", "-r", path, "-o", "ip.check_checksum:TRUE",
		"-o", "tcp.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE"}, args...)...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	for line := range strings.Lines(errs.String()) {
		if !strings.Contains(line, "This could be dangerous") { // to run it as root
			t.Errorf("tshark says of %s: %s", path, line)
		}
	}
	if err != nil {
		t.Errorf("tshark: %v", err)
	}
	return out.String()
}

// sound fails the test where tshark finds anything in a capture that is not as it should be.
func sound(t *testing.T, path string) {
	t.Helper()
	experts := tshark(t, path, "-q", "-z", "expert")
	for _, level := range []string{"Errors", "Warns"} {
		if strings.Contains(experts, level) {
			t.Errorf("tshark's experts:\n%s", experts)
		}
	}
	fields := []string{"tcp.analysis.flags", "_ws.malformed", "tcp.checksum.status", "udp.checksum.status", "ip.checksum.status"}
	args := []string{"-T", "fields", "-E", "separator=;"}
	for _, f := range fields {
		args = append(args, "-e", f)
	}
	for line := range strings.Lines(tshark(t, path, args...)) {
		values := strings.Split(strings.TrimSpace(line), ";")
		if values[0] != "" || values[1] != "" {
			t.Errorf("%s: %v", path, values)
		}
		if transport := values[2] + values[3]; transport != "1" || values[4] != "1" && values[4] != "" { // IPv6 has none
			t.Errorf("%s: checksums: %v", path, values)
		}
	}
}

// followed returns what each side of a conversation said: of TCP who connected, of UDP who
// sent first.
func followed(t *testing.T, path, protocol string, number int) (first, second []byte) {
	t.Helper()
	for line := range strings.Lines(tshark(t, path, "-q", "-z", fmt.Sprintf("follow,%s,raw,%d", protocol, number))) {
		b, err := hex.DecodeString(strings.TrimSpace(line))
		switch {
		case err != nil: // a heading
		case strings.HasPrefix(line, "\t"):
			second = append(second, b...)
		default:
			first = append(first, b...)
		}
	}
	return first, second
}

// wantsFollowed compares.
func wantsFollowed(t *testing.T, path, protocol string, number int, first, second []byte) {
	t.Helper()
	a, b := followed(t, path, protocol, number)
	if !bytes.Equal(a, first) || !bytes.Equal(b, second) {
		t.Errorf("%s, %s conversation %d: %d and %d bytes, want %d and %d", path, protocol, number, len(a), len(b), len(first), len(second))
	}
}

func TestTsharkGivesTheBytesOfBothLegsOfARelayBack(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	data := pattern(300000)
	sessionOf(t, nil, data, "--pcap", path).wants(0, "listening")
	sound(t, path)
	wantsFollowed(t, path, "tcp", 0, data, data)
	wantsFollowed(t, path, "tcp", 1, data, data)
	if all := tshark(t, path, "-Y", "tcp.flags.fin==1"); strings.Count(all, "\n") != 4 {
		t.Errorf("the ends:\n%s", all)
	}
}

// Every kind of end, captured on both sides of it.
func TestTsharkGivesTheBytesBackWhateverTheTransportIs(t *testing.T) {
	for _, x := range []struct{ listen, protocol, far string }{
		{"tcp4:127.0.0.1:0", "tcp", ""},
		{"tcp6:[::1]:0", "tcp", ""},
		{"tls:127.0.0.1:0", "tcp", ""},
		{"unix:", "tcp", ""},
		{"udp4:127.0.0.1:0", "udp", ""},
		{"udp6:[::1]:0", "udp", ""},
		{"udp:0", "udp", ""},
		{"unix-dgram:", "udp", ""},
		{"unix-seqpacket:", "udp", ""},
	} {
		t.Run(x.listen, func(t *testing.T) {
			t.Parallel() // most of the time datagrams wait for their end
			requirePeer(t, "tshark")
			dir := t.TempDir()
			if strings.HasSuffix(x.listen, ":") {
				x.listen += filepath.Join(dir, "s")
			}
			server, addr := serving(t, nil, nil, "echo", "--once", x.listen, "--pcap", filepath.Join(dir, "server"), "--idle-timeout", "1")
			args := []string{"connect", addr, "--pcap", filepath.Join(dir, "client")}
			if strings.HasPrefix(x.listen, "tls") {
				args[1] = "tls:" + strings.TrimPrefix(addr, "tls:")
				args = append(args, "--insecure")
			}
			data := pattern(60000)
			client := begin(t, fileOf(t, len(data)), nil, args...)
			client.wants(0)
			<-server.ended
			if !bytes.Equal(client.stdout.Bytes(), data) {
				t.Errorf("%d bytes came back", client.stdout.Len())
			}
			for _, side := range []string{"client", "server"} {
				sound(t, filepath.Join(dir, side))
				wantsFollowed(t, filepath.Join(dir, side), x.protocol, 0, data, data)
			}
		})
	}
}

func TestTsharkSeesACommandAsAConnection(t *testing.T) {
	requirePeer(t, "tshark")
	path := filepath.Join(t.TempDir(), "f")
	p, addr := serving(t, nil, nil, "relay", "--once", "--pcap", path, "127.0.0.1:0", "exec:tr a-z A-Z")
	c := dialPeer(t, addr)
	c.says([]byte("shout"))
	c.finishes()
	c.hears([]byte("SHOUT"))
	p.wants(0, "listening")
	sound(t, path)
	wantsFollowed(t, path, "tcp", 0, []byte("shout"), []byte("SHOUT"))
	wantsFollowed(t, path, "tcp", 1, []byte("shout"), []byte("SHOUT"))
	if all := tshark(t, path, "-Y", "frame.comment contains \"exec:tr\""); !strings.Contains(all, "192.0.2.1") {
		t.Errorf("the command: %q", all)
	}
}

func TestManyClientsDoNotMixInACapture(t *testing.T) {
	requirePeer(t, "tshark")
	path := filepath.Join(t.TempDir(), "f")
	p, addr := serving(t, nil, nil, "echo", "--pcap", path, "127.0.0.1:0")
	const clients = 8
	said := map[string]bool{}
	var all sync.WaitGroup
	for n := range clients {
		data := bytes.Repeat([]byte{byte('a' + n)}, 50000+n)
		said[string(data)] = true
		c := dialPeer(t, addr)
		all.Go(func() {
			go func() { _, _ = c.Write(data); _ = c.CloseWrite() }()
			c.hears(data)
		})
	}
	all.Wait()
	_ = p.cmd.Process.Signal(os.Interrupt)
	p.wants(130, "listening")
	for n := range clients {
		asked, answered := followed(t, path, "tcp", n)
		if !said[string(asked)] || !bytes.Equal(asked, answered) {
			t.Errorf("conversation %d: %d and %d bytes", n, len(asked), len(answered))
		}
		delete(said, string(asked))
	}
}

func TestTsharkSeesWhoHasReset(t *testing.T) {
	requirePeer(t, "tshark")
	dir := t.TempDir()
	reset := func(path string) string {
		return strings.TrimSpace(tshark(t, path, "-Y", "tcp.flags.reset==1", "-T", "fields", "-e", "frame.packet_flags_direction", "-e", "tcp.analysis.flags"))
	}
	h := newHost(t)
	stdin, _ := pipe(t)
	p := begin(t, stdin, nil, "connect", "--pcap", dir+"/theirs", h.addr())
	c := h.client()
	c.says([]byte("x"))
	if err := await(func() bool { return p.stdout.Len() == 1 }); err != nil { // else it is the connect(2) that is reset
		t.Fatal(err)
	}
	c.resets()
	<-p.ended
	p.wants(6, "reset")
	p = begin(t, stdin, nil, "connect", "--pcap", dir+"/ours", "--idle-timeout", "100ms", h.addr())
	c = h.client()
	p.wants(5, "--idle-timeout")
	c.hearsReset()
	p, addr := serving(t, nil, nil, "relay", "--pcap", dir+"/legs", "127.0.0.1:0", "echo:")
	c = dialPeer(t, addr)
	c.says([]byte("x"))
	_, _ = io.ReadFull(c, make([]byte, 1))
	_ = p.cmd.Process.Signal(os.Interrupt)
	p.wants(130, "listening")
	for path, want := range map[string]string{"/theirs": "0x00000001", "/ours": "0x00000002", "/legs": "0x00000002\t\n0x00000002"} {
		if got := reset(dir + path); got != want {
			t.Errorf("%s: resets %q, want %q", path, got, want)
		}
	}
}

func TestTsharkReadsALiveCaptureAsItIsWritten(t *testing.T) {
	requirePeer(t, "tshark")
	r, w := pipe(t)
	p, addr := serving(t, nil, func(c *exec.Cmd) { c.Stdout = w }, "relay", "--once", "--pcap", "-", "127.0.0.1:0", "echo:")
	_ = w.Close()
	var out buffer
	cmd := exec.Command("tshark", "-n", "-l", "-r", "-", "-T", "fields", "-e", "data.text", "-o", "data.show_as_text:TRUE")
	cmd.Stdin, cmd.Stdout = r, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = r.Close()
	c := dialPeer(t, addr)
	for _, word := range []string{"first", "second"} {
		c.says([]byte(word))
		if _, err := io.ReadFull(c, make([]byte, len(word))); err != nil {
			t.Fatal(err)
		}
		if err := await(func() bool { return strings.Count(out.String(), word) == 4 }); err != nil { // two legs, to and fro
			t.Fatalf("%v: tshark has %q", err, out.String())
		}
	}
	c.finishes()
	c.hears(nil)
	p.wants(0, "listening")
	if err := cmd.Wait(); err != nil {
		t.Errorf("tshark: %v", err)
	}
}

// Wireshark takes plain text on a port of TLS for what it may be.
func TestTsharkDecodesWhatTLSHasCarriedAsItIsTold(t *testing.T) {
	requirePeer(t, "tshark")
	path := filepath.Join(t.TempDir(), "f")
	server, addr := serving(t, nil, nil, "listen", "-c", `head -n 1 >/dev/null; printf 'HTTP/1.0 200 OK\r\n\r\nhello'`, "tls:127.0.0.1:0")
	stdin, feed := pipe(t)
	p := begin(t, stdin, nil, "connect", "--pcap", path, "--insecure", "tls:"+strings.TrimPrefix(addr, "tls:"))
	_, _ = feed.WriteString("GET / HTTP/1.0\r\n\r\n")
	_ = feed.Close()
	p.wants(0)
	<-server.ended
	port := addr[strings.LastIndex(addr, ":")+1:]
	if got := tshark(t, path, "-d", "tcp.port=="+port+",http", "-Y", "http.response", "-T", "fields", "-e", "http.file_data"); !strings.Contains(got, "hello") {
		t.Errorf("%q", got)
	}
}
