package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A listener that binds every address where one was named is open to the whole network. A
// network of its own has no other sockets than fid's.
func TestNothingIsListenedOnButWhatWasTyped(t *testing.T) {
	requirePeer(t, "ss")
	n := privateNetwork(t)
	a := newAuthority(t)
	certificate := a.issue("server", certificate("x", "127.0.0.1"))
	for _, x := range []struct{ args, want string }{
		{"listen 9000", "tcp *:9000"},
		{"listen -k 9000", "tcp *:9000"},
		{"listen -k 0.0.0.0 9000", "tcp 0.0.0.0:9000"},
		{"listen 127.0.0.1 9000", "tcp 127.0.0.1:9000"},
		{"listen -s 127.0.0.1 9000", "tcp 127.0.0.1:9000"},
		{"listen -k --chat 127.0.0.1 9000", "tcp 127.0.0.1:9000"},
		{"listen -k --broker 127.0.0.1 9000", "tcp 127.0.0.1:9000"},
		{"listen -k -e cat 127.0.0.1 9000", "tcp 127.0.0.1:9000"},
		{"listen -ku 127.0.0.1 9000", "udp 127.0.0.1:9000"},
		{"listen -k unix:@name", "u_str @name"},
		{"echo --tls 9000", "tcp *:9000"},
		{"echo --tls --cert CERT 127.0.0.1 9000", "tcp 127.0.0.1:9000"},
		{"echo 127.0.0.1:9000", "tcp 127.0.0.1:9000"},
		{"echo ::1 9000", "tcp [::1]:9000"},
		{"echo -4 9000", "tcp 0.0.0.0:9000"},
		{"echo -4 localhost 9000", "tcp 127.0.0.1:9000"},
		{"echo udp:127.0.0.1:9000", "udp 127.0.0.1:9000"},
		{"echo --json=log --pcap capture unix:@name", "u_str @name"},
		{"relay [::1]:9000 db:80", "tcp [::1]:9000"},
		{"relay 127.0.0.1:9000 exec:cat", "tcp 127.0.0.1:9000"},
		{"relay udp:127.0.0.1:9000 udp:10.0.0.1:80", "udp 127.0.0.1:9000"},
		{"relay unix:@name echo:", "u_str @name"}, // the embedded peer comes with a client
		{"relay unix:@name 10.0.0.1:80", "u_str @name"},
	} {
		dir := t.TempDir()
		p, _ := serving(t, nil, func(c *exec.Cmd) { c.Dir = dir; n.enter(c) }, strings.Fields(strings.ReplaceAll(x.args, "CERT", certificate))...)
		ss := exec.Command("ss", "-Hlntuxwd0", "-f", "inet", "-f", "inet6", "-f", "unix", "-f", "link")
		n.enter(ss)
		out, err := ss.Output()
		var seen []string
		for line := range strings.Lines(string(out)) {
			words := strings.Fields(line)
			seen = append(seen, words[0]+" "+strings.TrimSuffix(words[4], "%lo"))
		}
		if got := strings.Join(seen, ", "); err != nil || got != x.want {
			t.Errorf("fid %s: %q is listened on (%v), want %q", x.args, got, err, x.want)
		}
		_ = p.cmd.Process.Signal(os.Interrupt)
		p.code()
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
		p := begin(t, nil, underStrace("-e", "trace=execve,socket,bind,listen,connect", "-o", log), strings.Fields(line)...)
		if code := p.code(); code == 0 {
			t.Errorf("fid %s: exit 0", line)
		}
		calls, err := os.ReadFile(log)
		if err != nil || !strings.Contains(string(calls), "execve(") || strings.Contains(string(calls), "INET") { // AF_UNIX is a look-up of a service, AF_NETLINK of an interface
			t.Errorf("fid %s: %v\n%s", line, err, calls)
		}
	}
}
