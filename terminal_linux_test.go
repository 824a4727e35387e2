package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// terminal opens a pseudoterminal: what a person types is written to keys, what
// the screen shows is read from it, and tty is what fid gets.
func terminal(t *testing.T) (keys, tty *os.File) {
	t.Helper()
	keys, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip("no pseudoterminals here: ", err)
	}
	t.Cleanup(func() { _ = keys.Close() })
	fd := int(keys.Fd())
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	tty, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tty.Close() })
	return keys, tty
}

// controls makes tty the controlling terminal of the command, on 0, 1 and 2.
func controls(tty *os.File) func(*exec.Cmd) {
	return func(c *exec.Cmd) {
		c.Stdin, c.Stdout, c.Stderr = tty, tty, tty
		c.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	}
}

func TestTerminalSessionEndsWithTheFarEnd(t *testing.T) {
	keys, tty := terminal(t)
	h := newHost(t)
	p := begin(t, nil, controls(tty), "connect", h.addr())
	c := h.client()
	_, _ = keys.WriteString("typed\n")
	_, _ = io.ReadFull(c, make([]byte, 6))
	c.says([]byte("answer"))
	c.finishes()
	c.hears(nil)
	p.wants(0)
}

func TestEndOfInputAtATerminalIsAHalfClose(t *testing.T) {
	keys, tty := terminal(t)
	h := newHost(t)
	p := begin(t, nil, controls(tty), "connect", h.addr())
	c := h.client()
	_, _ = keys.WriteString("typed\n\x04")
	c.hears([]byte("typed\n"))
	c.says([]byte("answer"))
	_ = c.Close()
	p.wants(0)
}

func TestControlCAtATerminalWithNothingInFlightIsAnEndInOrder(t *testing.T) {
	keys, tty := terminal(t)
	h := newHost(t)
	p := begin(t, nil, controls(tty), "connect", h.addr())
	c := h.client()
	_, _ = keys.WriteString("typed\n")
	_, _ = io.ReadFull(c, make([]byte, 6))
	_, _ = keys.WriteString("\x03")
	c.hears(nil) // a FIN, no reset
	p.wants(130)
}

func TestTerminalThatGoesAwayEndsTheSession(t *testing.T) {
	keys, tty := terminal(t)
	h := newHost(t)
	p := begin(t, nil, controls(tty), "connect", h.addr())
	c := h.client()
	_ = tty.Close()
	_ = keys.Close()
	c.hearsReset()
	if code := p.code(); code != 129 && code != 9 { // SIGHUP and the end of the terminal come in any order
		t.Errorf("exit %d", code)
	}
}

func TestServingModesTellATerminalWhoCameAndWent(t *testing.T) {
	keys, tty := terminal(t)
	p, addr := serving(t, nil, func(c *exec.Cmd) { c.Stderr = tty }, "echo", "--once", "127.0.0.1:0")
	c := dialPeer(t, addr)
	c.says([]byte("hello"))
	c.finishes()
	c.hears([]byte("hello"))
	if code := p.code(); code != 0 {
		t.Errorf("exit %d", code)
	}
	screen := bufio.NewScanner(keys)
	for _, want := range []string{"listening on " + addr, c.LocalAddr().String() + " connected", "ended in order, the far end first: 5 B sent, 5 B received"} {
		if !screen.Scan() || !strings.Contains(screen.Text(), want) {
			t.Errorf("the screen shows %q, want %q", screen.Text(), want)
		}
	}
}

func TestControlCAtATerminalEndsAHubInOrder(t *testing.T) {
	keys, tty := terminal(t)
	p, addr := serving(t, nil, controls(tty), "listen", "-k", "127.0.0.1:0")
	clients := []*peer{dialPeer(t, addr), dialPeer(t, addr)}
	screen := bufio.NewReader(keys)
	for _, c := range clients { // each is there when the screen shows what it says
		c.says([]byte("here!\n"))
		for line := ""; !strings.HasSuffix(line, "here!\r\n"); {
			var err error
			if line, err = screen.ReadString('\n'); err != nil {
				t.Fatal(err)
			}
		}
	}
	_, _ = keys.WriteString("typed\n")
	for _, c := range clients {
		_, _ = io.ReadFull(c, make([]byte, 6))
	}
	_, _ = keys.WriteString("\x03")
	for _, c := range clients {
		c.hears(nil) // a FIN, no reset
	}
	if code := p.code(); code != 130 {
		t.Errorf("exit %d", code)
	}
}

func TestTerminalThatGoesAwayEndsAHubWithAReset(t *testing.T) {
	keys, tty := terminal(t)
	p, addr := serving(t, nil, controls(tty), "listen", "-k", "127.0.0.1:0")
	c := dialPeer(t, addr)
	_, _ = keys.WriteString("typed\n")
	c.gets([]byte("typed\n"))
	_ = tty.Close()
	_ = keys.Close()
	c.hearsReset()
	if code := p.code(); code != 129 && code != 9 { // SIGHUP and the end of the terminal come in any order
		t.Errorf("exit %d", code)
	}
}
