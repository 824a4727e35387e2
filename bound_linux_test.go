package main

import (
	"encoding/hex"
	"fmt"
	"maps"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// boundTo returns the addresses, without their ports, to which a process has listeners or UDP
// sockets (proc(5), /proc/PID/net).
func boundTo(t *testing.T, pid int) []string {
	t.Helper()
	own := socketsOf(t, pid)
	var bound []string
	for _, table := range []string{"tcp", "tcp6", "udp", "udp6"} {
		text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/net/%s", pid, table))
		for line := range strings.Lines(string(text)) {
			f := strings.Fields(line)
			if len(f) > 9 && own[f[9]] && (f[3] == "0A" || strings.HasPrefix(table, "udp")) { // 0A: listening
				address, _, _ := strings.Cut(f[1], ":")
				bound = append(bound, ofKernel(t, address))
			}
		}
	}
	slices.Sort(bound)
	return slices.Compact(bound)
}

// socketsOf returns the inodes of a process's sockets. A listener may just be getting another number,
// which is neither listed then nor the old one there any more: two lists in a row must agree.
func socketsOf(t *testing.T, pid int) map[string]bool {
	t.Helper()
	var before map[string]bool
	for {
		fds, err := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid))
		if err != nil || len(fds) == 0 {
			t.Skip("no /proc here")
		}
		own := map[string]bool{}
		for _, fd := range fds {
			name, _ := os.Readlink(fd)
			own[strings.TrimSuffix(strings.TrimPrefix(name, "socket:["), "]")] = true
		}
		if maps.Equal(own, before) {
			return own
		}
		before = own
	}
}

// ofKernel reads an address as the tables have it: words of four bytes, in this machine's order.
func ofKernel(t *testing.T, digits string) string {
	t.Helper()
	b, err := hex.DecodeString(digits)
	if err != nil || len(b)%4 != 0 {
		t.Fatalf("no address: %s", digits)
	}
	for w := range slices.Chunk(b, 4) {
		slices.Reverse(w)
	}
	ip, _ := netip.AddrFromSlice(b)
	return ip.String()
}

// A listener that binds every address where one was named is open to the whole network.
func TestEveryModeListensWhereItWasToldAndNowhereElse(t *testing.T) {
	a := newAuthority(t)
	certificate := a.issue("server", certificate("x", "127.0.0.1"))
	for _, x := range []struct{ args, bound string }{
		{"echo 127.0.0.1:0", "127.0.0.1"},
		{"echo 127.0.0.1 0", "127.0.0.1"},
		{"echo ::1 0", "::1"},
		{"echo 0.0.0.0 0", "0.0.0.0"},
		{"echo 0", "::"},
		{"echo -4 0", "0.0.0.0"},
		{"echo -4 localhost 0", "127.0.0.1"},
		{"echo udp:127.0.0.1:0", "127.0.0.1"},
		{"echo --tls --cert CERT 127.0.0.1 0", "127.0.0.1"},
		{"echo unix:PATH/s", ""},
		{"listen 127.0.0.1 0", "127.0.0.1"},
		{"listen -s 127.0.0.1 0", "127.0.0.1"},
		{"listen -k 127.0.0.1 0", "127.0.0.1"},
		{"listen -k --chat 127.0.0.1 0", "127.0.0.1"},
		{"listen -k --broker 127.0.0.1 0", "127.0.0.1"},
		{"listen -k -e cat 127.0.0.1 0", "127.0.0.1"},
		{"listen -ku 127.0.0.1 0", "127.0.0.1"},
		{"relay 127.0.0.1:0 10.0.0.1:80", "127.0.0.1"},
		{"relay 127.0.0.1:0 exec:cat", "127.0.0.1"},
		{"relay udp:127.0.0.1:0 udp:10.0.0.1:80", "127.0.0.1"},
		{"relay unix:PATH/r echo:", ""}, // the embedded peer comes with a client
		{"relay unix:PATH/u 10.0.0.1:80", ""},
	} {
		words := strings.Fields(strings.NewReplacer("CERT", certificate, "PATH", t.TempDir()).Replace(x.args))
		p, _ := serving(t, nil, nil, words...)
		if got := strings.Join(boundTo(t, p.cmd.Process.Pid), " "); got != x.bound {
			t.Errorf("fid %s listens on %q, want %q", x.args, got, x.bound)
		}
		_ = p.cmd.Process.Kill()
	}
}

// What is wrong on the command line is told before there is anything that others could see.
func TestABadAddressIsRefusedBeforeThereIsASocket(t *testing.T) {
	requirePeer(t, "strace")
	for _, line := range []string{
		"listen 127.0.0.1 65536", "listen -p -1", "echo +80", "relay 0 127.0.0.1:080", "connect 127.0.0.1 0", "connect :80", "-z 127.0.0.1 1,0x50",
		"connect 127.1 80", "listen fe80::1%nosuchif 0", "echo --allow 10.0.0.0/40 0", "listen --tls --cert missing 0", "connect -x socks://p 127.0.0.1 80",
		"listen --output missing/x 0", "connect -w -1 127.0.0.1 1",
	} {
		log := filepath.Join(t.TempDir(), "log")
		p := begin(t, nil, func(c *exec.Cmd) {
			c.Args = append([]string{"strace", "-f", "-qq", "-e", "trace=socket,bind,listen,connect", "-o", log}, c.Args...)
			c.Path, c.Err = exec.LookPath("strace")
		}, strings.Fields(line)...)
		if code := p.code(); code == 0 {
			t.Errorf("fid %s: exit 0", line)
		}
		calls, err := os.ReadFile(log)
		if err != nil || strings.Contains(string(calls), "INET") { // AF_UNIX is a look-up of a service, AF_NETLINK of an interface
			t.Errorf("fid %s: %v\n%s", line, err, calls)
		}
	}
}
