package main

import (
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// boundTo returns the addresses, without their ports, to which a process has listeners or UDP
// sockets. Each of its sockets is asked (pidfd_getfd(2)): the tables of /proc/net miss some where
// others change them meanwhile.
func boundTo(t *testing.T, pid int) []string {
	t.Helper()
	process, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		t.Skipf("pidfd_open: %v", err)
	}
	defer unix.Close(process)
	fds, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	if err != nil {
		t.Fatal(err)
	}
	var bound []string
	for _, fd := range fds {
		number, _ := strconv.Atoi(fd.Name())
		ours, err := unix.PidfdGetfd(process, number, 0)
		if err != nil {
			t.Skipf("pidfd_getfd: %v", err)
		}
		if address := boundAddress(ours); address.IsValid() {
			bound = append(bound, address.String())
		}
		_ = unix.Close(ours)
	}
	slices.Sort(bound)
	return slices.Compact(bound)
}

// boundAddress is that of a listener or a UDP socket; not valid of anything else.
func boundAddress(fd int) netip.Addr {
	kind, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_TYPE)
	accepts, _ := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ACCEPTCONN)
	if err != nil || kind == unix.SOCK_STREAM && accepts == 0 {
		return netip.Addr{}
	}
	name, err := unix.Getsockname(fd)
	if err != nil {
		return netip.Addr{}
	}
	switch name := name.(type) {
	case *unix.SockaddrInet4:
		return netip.AddrFrom4(name.Addr)
	case *unix.SockaddrInet6:
		return netip.AddrFrom16(name.Addr)
	}
	return netip.Addr{}
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
