package main

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Nothing is listened on but what was typed: a network of its own has no other sockets.
func TestNothingIsListenedOnButWhatWasTyped(t *testing.T) {
	requirePeer(t, "ss")
	n := privateNetwork(t)
	for _, x := range []struct{ args, want string }{
		{"listen -k 9000", "tcp *:9000"},
		{"echo --tls 9000", "tcp *:9000"},
		{"listen -k 0.0.0.0 9000", "tcp 0.0.0.0:9000"},
		{"echo 127.0.0.1:9000", "tcp 127.0.0.1:9000"},
		{"relay [::1]:9000 db:80", "tcp [::1]:9000"},
		{"echo udp:127.0.0.1:9000", "udp 127.0.0.1:9000"},
		{"listen -k unix:@name", "u_str @name"},
		{"echo --json=log --pcap capture unix:@name", "u_str @name"},
	} {
		dir := t.TempDir()
		p, _ := serving(t, nil, func(c *exec.Cmd) { c.Dir = dir; n.enter(c) }, strings.Fields(x.args)...)
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

// The key of a certificate that is made for the run is in memory only, and nothing is in /tmp.
func TestNoFileIsMadeThatWasNotNamed(t *testing.T) {
	requirePeer(t, "strace")
	for _, args := range [][]string{{"echo", "--once", "--tls"}, {"listen", "-e", "cat"}, {"listen"}} {
		trace := filepath.Join(t.TempDir(), "trace")
		r, w := pipe(t)
		p := begin(t, nil, func(c *exec.Cmd) {
			c.ExtraFiles = []*os.File{w}
			c.Args = append([]string{"strace", "-f", "-o", trace, "-e", "trace=%file,fchmod,ftruncate,memfd_create", "--"}, append([]string{c.Path}, c.Args[1:]...)...)
			c.Path, c.Err = lookPath(t, "strace"), nil
		}, append(args, "--ready-fd", "3", "127.0.0.1:0")...)
		addr, err := bufio.NewReader(r).ReadString('\n') // strace has the pipe open, too: it does not end with fid's
		if addr = strings.TrimSpace(addr); err != nil {
			t.Fatalf("%v: not ready: %v, %s", args, err, p.stderr.String())
		}
		client := []string{"--send", "x", addr}
		if strings.HasPrefix(addr, "tls:") {
			client = append(client, "--insecure")
		}
		begin(t, nil, nil, client...).wants(0)
		if code := p.code(); code != 0 {
			t.Errorf("%v: exit %d: %s", args, code, p.stderr.String())
		}
		text := readDoc(t, trace)
		if !strings.Contains(text, "execve(") {
			t.Fatalf("%v: nothing was traced: %s", args, text)
		}
		for line := range strings.Lines(text) {
			for _, makes := range []string{"O_CREAT", "O_TMPFILE", " mkdir", " rename", " link", " symlink", " mknod", "memfd_create"} {
				if strings.Contains(line, makes) {
					t.Errorf("%v: %s", args, line)
				}
			}
		}
	}
}

func lookPath(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatal(err)
	}
	return path
}
