package main

import (
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// The tests of --raw under a shell with job control.

// rawJob is a shell on a terminal of its own that runs script; its $0 is h's address.
func rawJob(t *testing.T, h *host, script string) *rawSession {
	t.Helper()
	keys, tty := terminal(t)
	s := &rawSession{process: &process{t: t}, keys: keys}
	s.before = s.modes(t)
	s.cmd = exec.Command("sh", "-c", "set -m; "+script, h.addr())
	controls(tty)(s.cmd)
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.cmd.Process.Kill(); _ = s.cmd.Wait() })
	_ = tty.Close()
	return s
}

// As a shell's kill %1 does it: SIGCONT comes with the signal, and the terminal is still not ours.
func TestARawSessionThatWaitsInTheBackgroundIsEndedByASignal(t *testing.T) {
	h := newHost(t)
	s := rawJob(t, h, `fid connect --raw "$0" & wait $!; kill $!; kill -CONT $!; read key`)
	h.client().hearsReset()
	_, _ = s.keys.WriteString("\n")
	s.isRestored()
}

// A shell's line editor has other modes than a command in the foreground.
func TestARawSessionFromTheBackgroundGivesBackTheModesOfTheForeground(t *testing.T) {
	h := newHost(t)
	s := rawJob(t, h, `stty -echo; fid connect --raw "$0" & wait $!; stty echo; fg`)
	h.client()
	s.shows(howToLeave)
	_, _ = s.keys.WriteString("\x1d")
	s.isRestored()
}

func TestATerminalIsRawAgainThoughSIGSTOPGaveNobodyTimeToGiveItBack(t *testing.T) {
	h := newHost(t)
	s := beginRaw(t, false, "connect", "--raw", h.addr())
	c := h.client()
	s.shows(howToLeave)
	raw := s.modes(t)
	_ = s.cmd.Process.Signal(syscall.SIGSTOP)
	if err := unix.Waitid(unix.P_PID, s.cmd.Process.Pid, nil, unix.WSTOPPED, nil); err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetTermios(int(s.keys.Fd()), unix.TCSETS, &s.before); err != nil { // as a shell does
		t.Fatal(err)
	}
	_ = s.cmd.Process.Signal(syscall.SIGCONT)
	for until := time.Now().Add(patience); s.modes(t) != raw; time.Sleep(time.Millisecond) {
		if time.Now().After(until) {
			t.Fatal("the terminal is not raw again")
		}
	}
	_, _ = s.keys.WriteString("\x03\x1d")
	c.hears([]byte("\x03"))
	s.wants(0)
	if s.isRestored(); strings.Contains(string(s.seen), "^C") {
		t.Errorf("the screen shows %q", s.seen)
	}
}
