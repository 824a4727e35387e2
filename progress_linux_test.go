package main

import (
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
	"golang.org/x/term"
)

// The tests of --progress, on a real terminal.

// A display is a terminal, and what was written to it so far.
type display struct {
	t         *testing.T
	keys, tty *os.File
	chunks    chan string // closed when nobody has the terminal any more
	all       string
}

func newDisplay(t *testing.T, columns uint16) *display {
	t.Helper()
	keys, tty := terminal(t)
	if err := unix.IoctlSetWinsize(int(tty.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: columns}); err != nil {
		t.Fatal(err)
	}
	d := &display{t: t, keys: keys, tty: tty, chunks: make(chan string, 1000)}
	go func() {
		defer close(d.chunks)
		for buf := make([]byte, 4096); ; {
			n, err := keys.Read(buf)
			if d.chunks <- string(buf[:n]); err != nil {
				return
			}
		}
	}()
	return d
}

// awaits reads until text was written.
func (d *display) awaits(text string) {
	d.t.Helper()
	for late := time.After(patience); !strings.Contains(d.all, text); {
		select {
		case chunk, more := <-d.chunks:
			if d.all += chunk; more {
				continue
			}
		case <-late:
		}
		d.t.Fatalf("the screen has %q, want %q", d.all, text)
	}
}

// ends reads what is written until p has ended, and returns what the screen shows then.
func (d *display) ends(p *process) string {
	p.code()
	_ = d.tty.Close()
	for chunk := range d.chunks {
		d.all += chunk
	}
	return strings.ReplaceAll(screenOf(strings.ReplaceAll(d.all, "\r\n", "\n")), "\r", "")
}

// sending starts a fid that sends a megabyte in ten seconds.
func sending(d *display, set func(*exec.Cmd), args ...string) (*process, *peer) {
	d.t.Helper()
	h := newHost(d.t)
	p := begin(d.t, fileOf(d.t, 1e6), func(c *exec.Cmd) {
		c.Stdout, c.Stderr = d.tty, d.tty
		if set != nil {
			set(c)
		}
	}, append([]string{"connect", "--limit", "100k", h.addr()}, args...)...)
	return p, h.client()
}

// hearAll takes a client's bytes, and finishes with it.
func hearAll(h *host) {
	c := h.client()
	_, _ = io.ReadAll(c)
	_ = c.Close()
}

func TestABarIsDrawnOnATerminalAndErased(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		columns uint16
		want    string
	}{{80, "left"}, {200, ">  "}, {30, "1.0 MB"}} {
		d := newDisplay(t, x.columns)
		p, _ := sending(d, nil)
		d.awaits(x.want)
		_ = p.cmd.Process.Signal(syscall.SIGTERM)
		if got := d.ends(p); got != "" || p.code() != 143 {
			t.Errorf("%d columns: exit %d, the screen shows %q", x.columns, p.code(), got)
		}
		for _, line := range strings.Split(d.all, "\r") {
			if len(line) >= int(x.columns) || strings.ContainsAny(line, "\x1b\n") {
				t.Errorf("%d columns: %d, %q", x.columns, len(line), line)
			}
		}
	}
}

func TestMessagesStandAboveTheBar(t *testing.T) {
	t.Parallel()
	d := newDisplay(t, 80)
	p, server := sending(d, nil, "-v", "--progress", "--deadline", "1.5")
	d.awaits("left")
	_ = server.CloseWrite()
	d.awaits("(--deadline)")
	got := d.ends(p)
	lines := strings.Split(got, "\n")
	for _, line := range lines[:len(lines)-1] {
		if !strings.HasPrefix(line, "fid: ") && !strings.HasPrefix(line, "  ") || strings.Contains(line, "=") {
			t.Errorf("the screen shows %q", got)
		}
	}
	if lines[len(lines)-1] != "" {
		t.Errorf("the screen ends with %q", lines[len(lines)-1])
	}
}

// What comes is written where the bar was.
func TestTheBarGoesAwayForWhatComesToTheTerminal(t *testing.T) {
	t.Parallel()
	d := newDisplay(t, 80)
	p, server := sending(d, nil, "--progress")
	d.awaits("left")
	server.says([]byte("an answer\n"))
	d.awaits("an answer")
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	if got := d.ends(p); got != "an answer\n" {
		t.Errorf("the screen shows %q", got)
	}
}

func TestACounterIsDrawnForWhoReceivesIntoAFile(t *testing.T) {
	t.Parallel()
	d := newDisplay(t, 80)
	file := fileOf(t, 0)
	p, addr := serving(t, nil, func(c *exec.Cmd) { c.Stdin, c.Stdout, c.Stderr = d.tty, file, d.tty }, "listen", "127.0.0.1:0")
	client := dialPeer(t, addr)
	client.says(pattern(12345))
	d.awaits("  12.3 kB received  ")
	client.finishes()
	if got := d.ends(p); p.code() != 0 || strings.Contains(got, "kB") {
		t.Errorf("exit %d, the screen shows %q", p.code(), got)
	}
}

// A background job would draw over its shell's prompt.
func TestNothingIsDrawnInTheBackground(t *testing.T) {
	t.Parallel()
	d := newDisplay(t, 80)
	script := `set -m; fid connect --progress --limit 100k ` + "$0" + ` <input & wait; echo over`
	h := newHost(t)
	input := fileOf(t, 200_000)
	c := exec.Command("sh", "-c", script, h.addr())
	c.Dir = input.Name()[:strings.LastIndex(input.Name(), "/")]
	controls(d.tty)(c)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	go hearAll(h)
	d.awaits("over")
	_ = c.Process.Kill()
	_ = c.Wait()
	if strings.Contains(d.all, "MB") || strings.Contains(d.all, "kB") {
		t.Errorf("the screen has %q", d.all)
	}
}

// All of these last longer than the second after which a bar would be drawn.
func TestNoProgressIsShownWhereNobodyWouldLookForIt(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		args []string
		set  func(*exec.Cmd, *display)
	}{
		"a typed session": {nil, func(c *exec.Cmd, d *display) { c.Stdin, c.Stdout = d.tty, d.tty }},
		"a dumb terminal": {nil, func(c *exec.Cmd, _ *display) { c.Env = append(os.Environ(), "TERM=dumb") }},
		"--no-progress":   {[]string{"--no-progress"}, nil},
		"no terminal":     {nil, func(c *exec.Cmd, _ *display) { c.Stderr = nil }},
		"nc":              {nil, func(c *exec.Cmd, _ *display) { c.Args[0] = "nc"; c.Args = append(c.Args[:1], c.Args[2:]...) }},
		"--json":          {[]string{"--json"}, nil},
		"between two programs, as ssh's ProxyCommand": {nil, func(c *exec.Cmd, _ *display) {
			c.Stdin, _ = pipe(t)
			_, c.Stdout = pipe(t)
		}},
		"a terminal that a pager has": {nil, func(_ *exec.Cmd, d *display) {
			if _, err := term.MakeRaw(int(d.tty.Fd())); err != nil {
				t.Error(err)
			}
		}},
		"something typed": {nil, func(c *exec.Cmd, d *display) {
			c.Stdin = d.tty
			_, _ = d.keys.WriteString("typed\n")
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDisplay(t, 80)
			p, server := sending(d, func(c *exec.Cmd) {
				c.Stdout = nil // what comes to the terminal takes a bar away
				if x.set != nil {
					x.set(c, d)
				}
			}, append(x.args, "--deadline", "1.3")...)
			server.says([]byte("hello\n"))
			d.ends(p)
			if p.code() != 5 || strings.Contains(d.all, "B/s") {
				t.Errorf("exit %d, on the screen came %q", p.code(), d.all)
			}
		})
	}
}

// Without a terminal there are whole lines, the last one of the whole.
func TestProgressIsSaidInLinesWhereThereIsNoTerminal(t *testing.T) {
	t.Parallel()
	for _, env := range []string{"TERM=xterm", "TERM=dumb"} {
		h := newHost(t)
		go hearAll(h)
		p := begin(t, fileOf(t, 200_000), func(c *exec.Cmd) { c.Env = append(os.Environ(), env) },
			"connect", "--progress", "--send-only", "--limit", "100k", h.addr())
		p.wants(0, " of 200.0 kB  ", " s left\nfid: ", "fid: 200.0 kB sent  ")
		if strings.ContainsAny(p.stderr.String(), "\r\x1b") {
			t.Errorf("%q", p.stderr.String())
		}
	}
}

func TestTheLastLineOfProgressCountsAsTheErrorDoes(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	h.keepsLittle()
	p := begin(t, fileOf(t, 8_000_000), nil, "connect", "--progress", h.addr())
	c := h.client()
	_, _ = io.ReadFull(c, make([]byte, 1))
	c.resets()
	p.wants(6, "reset after ")
	said := regexp.MustCompile(`(?m)^fid: (.*) sent  .*\nfid: .*: reset after (.*) of 8.0 MB sent`).FindStringSubmatch(p.stderr.String())
	if said == nil || strings.TrimSuffix(said[1], " of 8.0 MB") != said[2] {
		t.Errorf("fid said %q", p.stderr.String())
	}
}
