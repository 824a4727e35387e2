//go:build unix

package main

import (
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// The tests of docs/security.md that are shown nowhere else.

// A command may do what the far end says, and tell it the environment.
func TestAProxysPasswordIsNotInTheEnvironmentOfACommand(t *testing.T) {
	h := newHost(t)
	p := begin(t, nil, withEnv("FID_PROXY_PASSWORD=s3cret", "OTHER=passed on"), "connect", "-x", "me@"+h.addr(), "-c", "env", "db.example", "5432")
	c := h.client()
	c.hearsWords("\x05\x02\x00\x02")
	c.says([]byte("\x05\x02"))
	c.hearsWords("\x01\x02me\x06s3cret")
	c.says([]byte("\x01\x00"))
	c.hearsWords("\x05\x01\x00\x03\x0adb.example\x15\x38")
	c.says([]byte("\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00"))
	env, err := io.ReadAll(c)
	_ = c.Close()
	p.wants(0)
	if err != nil || strings.Contains(string(env), "s3cret") || !strings.Contains(string(env), "OTHER=passed on\n") {
		t.Errorf("%v; the command has %q", err, env)
	}
}

// What TLS protects on its way is in recordings as it was before, and in the log of keys.
func TestWhatIsRecordedIsForItsOwnerOnly(t *testing.T) {
	dir := t.TempDir()
	files := map[string]string{}
	for _, name := range []string{"dump", "capture", "keys"} {
		files[name] = filepath.Join(dir, name)
	}
	umask := syscall.Umask(0)
	_, addr := serving(t, nil, nil, "echo", "--tls", "127.0.0.1:0")
	p := begin(t, nil, withEnv("SSLKEYLOGFILE="+files["keys"]), "--insecure", "--hex="+files["dump"], "--pcap", files["capture"], "--send", "x", "--expect", "x", addr)
	syscall.Umask(umask)
	p.wants(0)
	for name, file := range files {
		st, err := os.Stat(file)
		if err != nil || st.Mode().Perm() != 0o600 || st.Size() == 0 {
			t.Errorf("%s: %v, %v", name, st, err)
		}
	}
}

// Who may not connect is not even told that there is TLS, and no command is started.
func TestADeniedClientGetsNoHandshakeAndNoCommand(t *testing.T) {
	started := filepath.Join(t.TempDir(), "started")
	for _, args := range [][]string{{"echo", "--tls"}, {"listen", "-k", "-c", "touch " + started}} {
		p, addr := serving(t, nil, nil, append(args, "-v", "--deny", "127.0.0.1", "127.0.0.1:0")...)
		dialReset(t, strings.TrimPrefix(addr, "tls:")) // nothing is unread that would make a reset
		c, err := net.Dial("tcp", strings.TrimPrefix(addr, "tls:"))
		if err == nil {
			_, writeErr := newPeer(t, c).Write([]byte("\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00")) // the begin of a handshake
			b, readErr := io.ReadAll(c)
			if len(b) > 0 || !errors.Is(errors.Join(writeErr, readErr), errConnReset) { // the kernel tells of a reset once
				t.Errorf("%v: the client heard %q, %v, %v", args, b, writeErr, readErr)
			}
		} else if !errors.Is(err, errConnReset) {
			t.Fatal(err)
		}
		_ = p.cmd.Process.Signal(os.Interrupt)
		p.wants(130, "not allowed (--deny 127.0.0.1)")
	}
	if _, err := os.Stat(started); err == nil {
		t.Error("a command was started")
	}
}

// A line without an end from one who says it for ever is cut, and not kept.
func TestALineThatNeverEndsTakesNoMemory(t *testing.T) {
	p, addr := serving(t, nil, nil, "listen", "--chat", "127.0.0.1:0")
	listener, speaker := dialPeer(t, addr), dialPeer(t, addr)
	heard := make(chan int64, 1)
	go func() {
		n, _ := io.Copy(io.Discard, listener)
		heard <- n
	}()
	piece := []byte(strings.Repeat("x", 1<<20))
	for range 100 {
		speaker.says(piece)
	}
	speaker.finishes()
	if _, err := io.ReadAll(speaker); err != nil {
		t.Error(err)
	}
	kb := p.resident()
	_ = p.cmd.Process.Signal(os.Interrupt)
	p.wants(130, "listening on")
	if n := <-heard; n < 100<<20 || kb > 64<<10 {
		t.Errorf("%d bytes were heard, and %d kB were resident", n, kb)
	}
}
