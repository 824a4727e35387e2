package main

import (
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
)

// TestTheWindowsBinary is all that is run of it, under wine: once, since a Windows takes its time
// to be made. No session here sends while the other side finishes: a send that waits then is ended
// by wine without a byte, now and then. What wine has not is not tried: UDP sockets of Go's (it asks for SIO_UDP_NETRESET),
// Unix sockets, Ctrl-Z at a console, a standard input that is closed, and a signal for a process
// that has no console.
func TestTheWindowsBinary(t *testing.T) {
	w := newWindows(t)
	t.Run("holds the scripts", func(t *testing.T) {
		holdScripts(t, w.commands, "windows/lacks", "windows/core")
	})
	for name, does := range map[string]func(*testing.T, *windows){
		"holds the conformance suite":                              conforms,
		"sends and receives every byte, from a file and to a pipe": passesFromFile,
		"sends and receives every byte, from a pipe and to a file": passesFromPipe,
		"takes a file from nc":                                     takesFromNC,
		"sends a file to nc":                                       givesToNC,
		"relays every byte":                                        relaysAll,
		"talks TLS to one of Linux":                                talksTLS,
		"dies when nobody reads standard output":                   losesReader,
		"tells of a full disk, and so does the other end":          fillsDisk,
		"resets its connection when it is killed":                  wasKilled,
		"resets an accepted connection when it is killed":          isKilledServing,
		"ends by Ctrl-C at a console":                              hearsCtrlC,
		"hangs up in mid-transfer with a reset":                    hangsUp,
	} {
		t.Run(name, func(t *testing.T) { does(t, w) })
	}
}

// conforms runs the suite over the schemes, whose program is netio's tests built for Windows,
// but for the parts whose bytes go both ways at once (see above). In -test.skip a | parts whole
// paths, each of which needs its own slash.
func conforms(t *testing.T, w *windows) {
	program := filepath.Join(t.TempDir(), "netio.exe")
	compile(t, "windows", "amd64", "test", "-c", "-o", program, "./netio")
	said, err := os.Create(filepath.Join(t.TempDir(), "said")) // no pipe: see windows.run
	if err != nil {
		t.Fatal(err)
	}
	defer said.Close()
	c := w.wine("wine", program, "-test.run", "^TestConformance$", "-test.skip", "/^unix|/big_transfer|/carries_both_ends", "-test.timeout", "2m", "-test.failfast")
	c.Stdout, c.Stderr = said, said
	if err := c.Run(); err != nil {
		text, _ := os.ReadFile(said.Name())
		t.Errorf("%v\n%s", err, text)
	}
}

func losesReader(t *testing.T, w *windows) {
	h := newHost(t)
	stdout, in := pipe(t)
	p := w.begin(t, nil, func(c *exec.Cmd) { c.Stdout = in }, "connect", h.addr())
	_ = in.Close()
	peer := h.client()
	peer.says([]byte("read"))
	if _, err := io.ReadFull(stdout, make([]byte, 4)); err != nil {
		t.Fatal(err)
	}
	_ = stdout.Close()
	peer.says([]byte("not read"))
	peer.hearsReset()
	p.wants(141)
}

// fillsDisk: wine takes /dev/full for NUL, as all devices of its number.
func fillsDisk(t *testing.T, w *windows) {
	requirePeer(t, "unshare")
	h := newHost(t)
	p := w.begin(t, nil, func(c *exec.Cmd) {
		command := append([]string{c.Path}, c.Args[1:]...)
		c.Path, c.Err = "/bin/sh", nil
		c.Args = append([]string{"sh", "-c", `
			if [ "$(id -u)" != 0 ]; then user=--map-root-user; fi
			dir=$0; exec unshare --mount $user sh -c '
				mount -t tmpfs -o size=64k none "$0" || exit 77
				dir=$0; exec "$@" >"$dir/full"' "$dir" "$@"`, t.TempDir()}, command...)
	}, "connect", h.addr())
	_ = h.Listener.(*net.TCPListener).SetDeadline(time.Now().Add(patience))
	go func() { // nobody connects where nothing can be mounted
		if p.code() == 77 {
			_ = h.Close()
		}
	}()
	c, err := h.Accept()
	if err != nil {
		missing(t, "no file system can be mounted here: "+p.stderr.String())
	}
	peer := newPeer(t, c)
	if _, err := peer.Write(everyByte()); !errors.Is(err, syscall.ECONNRESET) { // it is told once
		peer.hearsReset()
	}
	p.wants(9, "standard output: no space left on device")
}

func wasKilled(t *testing.T, w *windows) {
	h := newHost(t)
	stdin, feed := pipe(t)
	p := w.begin(t, stdin, nil, "connect", h.addr())
	peer := h.client()
	if _, err := feed.WriteString("half"); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(peer, make([]byte, 4)); err != nil {
		t.Fatal(err)
	}
	w.kill()
	peer.hearsReset()
	<-p.ended
}

func isKilledServing(t *testing.T, w *windows) {
	p, addr := w.serving(t, nil, "echo", "127.0.0.1:0")
	peer := dialPeer(t, addr)
	peer.says([]byte("half"))
	if _, err := io.ReadFull(peer, make([]byte, 4)); err != nil {
		t.Fatal(err)
	}
	w.kill()
	peer.hearsReset()
	<-p.ended
}

// hearsCtrlC types it: wine makes a console of a terminal.
func hearsCtrlC(t *testing.T, w *windows) {
	h := newHost(t)
	ours, theirs, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer ours.Close()
	c := exec.Command(filepath.Join(w.commands, "fid"), "connect", "-v", h.addr())
	c.Env = append(os.Environ(), "TERM=xterm")
	c.Stdin, c.Stdout, c.Stderr = theirs, theirs, theirs
	c.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	_ = theirs.Close()
	ended := make(chan error, 1)
	var screen buffer
	go func() { _, _ = io.Copy(&screen, ours) }()
	go func() { ended <- c.Wait() }()
	peer := h.client()
	if await(func() bool { return strings.Contains(screen.String(), "connected") }) != nil {
		t.Fatal("there is no console")
	}
	if _, err := ours.WriteString("typed\r"); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(peer, make([]byte, len("typed\r\n"))); err != nil {
		t.Fatal(err)
	}
	if _, err := ours.WriteString("\x03"); err != nil {
		t.Fatal(err)
	}
	select {
	case <-ended:
	case <-time.After(patience):
		_ = c.Process.Kill()
		t.Fatal("Ctrl-C does not end it")
	}
	if code := exitCode(c.ProcessState); code != 130 || !strings.Contains(screen.String(), "ended by interrupt") {
		t.Errorf("exit %d, and it said %q", code, screen.String())
	}
	peer.hears(nil) // nothing was on its way: an end in order
}

func hangsUp(t *testing.T, w *windows) {
	h := newHost(t)
	h.keepsLittle()
	stdin, feed := pipe(t)
	p := w.begin(t, stdin, nil, "connect", "--hangup", h.addr())
	go func() { _, _ = feed.Write(everyByte()); _ = feed.Close() }()
	peer := h.client()
	if _, err := io.ReadFull(peer, make([]byte, 4)); err != nil {
		t.Fatal(err)
	}
	peer.finishes()
	p.wants(6, "hung up at the far end's FIN")
}
