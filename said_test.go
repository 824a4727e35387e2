//go:build unix

package main

import (
	"crypto/tls"
	"encoding/json"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// What comes from outside is told where a person reads it, and in JSON: it must not be obeyed by
// the terminal, make a line of its own, or be taken for a format.

// evil is what a peer says to whoever shows it: a terminal's command, words of printf(3), a line
// that looks like ours, a control byte of two bytes in UTF-8.
const evil = "\x1b[2J%s%n%d\r\nfid: fake: all delivered\x07\u009b31m"

// evilWord has no end of a line in it, and no byte that a certificate's host name may not have.
const evilWord = "\x1b[2J%s%n%d"

// isTame fails the test unless all that fid said can be shown as it stands, with the peer's words
// in it, escaped and otherwise as they are.
func (p *process) isTame(code int, words string) {
	p.t.Helper()
	if got := p.code(); got != code {
		p.t.Errorf("fid %s: exit %d, want %d", strings.Join(p.cmd.Args[1:], " "), got, code)
	}
	said := p.stderr.String() + p.stdout.String()
	for line := range strings.Lines(said) {
		if strings.HasPrefix(line, "fid: fake") || strings.ContainsFunc(strings.TrimSuffix(line, "\n"), isControl) {
			p.t.Errorf("it said %q", line)
		}
		var event map[string]any
		if strings.HasPrefix(line, "{") && json.Unmarshal([]byte(line), &event) != nil {
			p.t.Errorf("no JSON: %q", line)
		}
	}
	if !strings.Contains(strings.NewReplacer(`\\x`, `\x`, `\u00`, `\x`).Replace(said), words) {
		p.t.Errorf("it said %q, want %s in it", said, words)
	}
}

func isControl(r rune) bool { return r < ' ' || r >= 0x7f && r < 0xa0 || r == '\ufffd' }

func TestWhatAPeerSaysIsNeitherObeyedNorAFormatInAMessage(t *testing.T) {
	const all, begins = `\x1b[2J%s%n%d`, `\x1b`
	for name, x := range map[string]struct {
		says  []string // at once, and to each thing that it hears
		flags []string
		code  int
		words string
	}{
		"a proxy that refuses":       {[]string{"", "HTTP/1.1 403 " + evilWord + "\u009b\r\n\r\n"}, []string{"-X", "connect", "-x"}, 11, all},
		"a proxy that wants a login": {[]string{"", "HTTP/1.1 407 x\r\nProxy-Authenticate: " + evilWord + " realm=x\r\n\r\n"}, []string{"-X", "connect", "-x"}, 11, "a login"},
		"a proxy that is none":       {[]string{evil + "\n"}, []string{"-X", "connect", "-x"}, 11, begins},
		"a server without TLS":       {[]string{evil}, []string{"--tls"}, 8, all},
		"a mail server":              {[]string{"220 x\r\n", "250-x\r\n250 STARTTLS\r\n", "454 " + evil + "\r\n"}, []string{"--starttls", "smtp"}, 8, begins},
		"a mail server's percents":   {[]string{"220 x\r\n", "250-x\r\n250 STARTTLS\r\n", "454 %s%n%d\r\n"}, []string{"--starttls", "smtp"}, 8, "%s%n%d"},
		"no mail server":             {[]string{"554 " + evil + "\r\n"}, []string{"--starttls", "smtp"}, 8, begins},
		"no IMAP":                    {[]string{evil + "\r\n"}, []string{"--starttls", "imap"}, 8, begins},
		"a banner":                   {[]string{evil}, []string{"--banner"}, 0, all},
		"what was not expected":      {[]string{evil}, []string{"--expect", "x{9}", "--idle-timeout", "0.2"}, 12, all},
		"no echo":                    {[]string{evil}, []string{"--echo", "-w", "0.2"}, 12, "x1b"},
	} {
		for _, way := range []string{"-v", "-vv", "--json"} {
			t.Run(name+" "+way, func(t *testing.T) {
				h := newHost(t)
				go h.speaks(x.says)
				args := append([]string{"connect", way}, x.flags...)
				if x.flags[len(x.flags)-1] != "-x" {
					args = append(args, h.addr())
				} else {
					args = append(args, h.addr(), "db.example:80")
				}
				begin(t, nil, withoutOutput, args...).isTame(x.code, x.words)
			})
		}
	}
}

// withoutOutput takes no proxy from the environment, and has the report of a check on standard
// error, where else the data would be that is no message.
func withoutOutput(c *exec.Cmd) {
	withEnv()(c)
	for _, arg := range c.Args {
		if arg == "--expect" {
			c.Stdout = nil
		}
	}
}

// speaks says the first of says to each client at once, and one more to each thing that it hears.
func (h *host) speaks(says []string) {
	for {
		c, err := h.Accept()
		if err != nil {
			return
		}
		go func() {
			defer c.Close()
			buf := make([]byte, 4096)
			for i, s := range says {
				if i > 0 {
					if _, err := c.Read(buf); err != nil {
						return
					}
				}
				if _, err := io.WriteString(c, s); err != nil {
					return
				}
			}
			_, _ = io.Copy(io.Discard, c)
		}()
	}
}

func TestANameInACertificateIsNeitherObeyedNorAFormatInAMessage(t *testing.T) {
	a := newAuthority(t)
	server := a.issue("server", certificate(evil, "127.0.0.1"))
	elsewhere := a.issue("elsewhere", certificate(evil, evilWord))
	for _, way := range []string{"-v", "-vv", "--json"} {
		for file, code := range map[string]int{server: 0, elsewhere: 8} {
			addr := a.server(&tls.Config{Certificates: []tls.Certificate{a.load(file)}}, func(*tls.Conn, *net.TCPConn) {})
			begin(t, nil, nil, "-z", way, "--ca", a.roots(), "tls:"+addr).isTame(code, `\x1b[2J%s%n%d`)
		}
		p, addr := serving(t, nil, nil, "echo", way, "--once", "--tls", "--cert", server, "--client-ca", a.roots(), "127.0.0.1", "0")
		begin(t, fileOf(t, 10), nil, "--ca", a.roots(), "--cert", server, addr).wants(0)
		p.isTame(0, `\x1b[2J%s%n%d`)
	}
}

func TestAClientsPathIsNeitherObeyedNorAFormatInAMessage(t *testing.T) {
	dir := t.TempDir()
	for _, way := range []string{"-v", "-vv", "--json"} {
		p, addr := serving(t, nil, nil, "echo", "--once", "--idle-timeout", "0.1", way, "unix-dgram:"+filepath.Join(dir, "s"))
		local := &net.UnixAddr{Name: filepath.Join(dir, evilWord+"\u009b"), Net: "unixgram"}
		c, err := net.DialUnix("unixgram", local, &net.UnixAddr{Name: strings.TrimPrefix(addr, "unix-dgram:"), Net: "unixgram"})
		if err != nil {
			t.Fatal(err)
		}
		_, _ = c.Write([]byte("x"))
		p.isTame(0, `\x1b[2J%s%n%d`)
		_ = c.Close()
		_ = os.Remove(local.Name)
	}
}
