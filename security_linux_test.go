package main

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The key of a certificate that is made for the run is in memory only, and nothing is in /tmp.
func TestNoFileIsMadeThatWasNotNamed(t *testing.T) {
	requirePeer(t, "strace")
	for _, args := range [][]string{{"echo", "--once", "--tls"}, {"listen", "-e", "cat"}, {"listen"}} {
		trace := filepath.Join(t.TempDir(), "trace")
		r, w := pipe(t)
		p := begin(t, nil, func(c *exec.Cmd) {
			c.ExtraFiles = []*os.File{w}
			underStrace("-o", trace, "-e", "trace=%file,fchmod,ftruncate,memfd_create")(c)
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
