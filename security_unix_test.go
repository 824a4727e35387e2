//go:build unix

package main

import (
	"crypto/tls"
	"errors"
	"fmt"
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

// Somebody else has a link where the ready file or the socket is to be.
func TestALinkThatSomebodyHasPlantedLeadsNowhere(t *testing.T) {
	dir := t.TempDir()
	precious := filepath.Join(dir, "precious")
	if err := os.WriteFile(precious, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"ready", "socket"} {
		if err := os.Symlink("precious", filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	_, addr := serving(t, nil, nil, "echo", "--ready-file", filepath.Join(dir, "ready"), "127.0.0.1:0")
	if st, err := os.Lstat(filepath.Join(dir, "ready")); err != nil || !st.Mode().IsRegular() {
		t.Errorf("the ready file is %v, %v", st, err)
	}
	if text := readDoc(t, filepath.Join(dir, "ready")); text != addr+"\n" {
		t.Errorf("the ready file has %q", text)
	}
	begin(t, nil, nil, "echo", "unix:"+filepath.Join(dir, "socket")).wants(10, "cannot bind: a file that is not a socket is there")
	if text := readDoc(t, precious); text != "precious" {
		t.Errorf("what the links lead to has %q", text)
	}
}

func TestATLSListenerSpeaksNothingOlderThanTLS12(t *testing.T) {
	_, addr := serving(t, nil, nil, "echo", "--tls", "127.0.0.1:0")
	for version, ok := range map[uint16]bool{tls.VersionTLS11: false, tls.VersionTLS12: true, tls.VersionTLS13: true} {
		c, err := tls.Dial("tcp", strings.TrimPrefix(addr, "tls:"), &tls.Config{InsecureSkipVerify: true, MinVersion: version, MaxVersion: version})
		if (err == nil) != ok {
			t.Errorf("%s: %v", tls.VersionName(version), err)
		}
		if err == nil {
			_ = c.Close()
		}
	}
}

// Who may not connect is not even told that there is TLS, and no command is started.
func TestADeniedClientGetsNoHandshakeAndNoCommand(t *testing.T) {
	started := filepath.Join(t.TempDir(), "started")
	for _, args := range [][]string{{"echo", "--tls"}, {"listen", "-k", "-c", "touch " + started}} {
		p, addr := serving(t, nil, nil, append(args, "-v", "--deny", "127.0.0.1", "127.0.0.1:0")...)
		c, err := net.Dial("tcp", strings.TrimPrefix(addr, "tls:"))
		if err == nil {
			_, _ = newPeer(t, c).Write([]byte("\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00")) // the begin of a handshake
			if b, readErr := io.ReadAll(c); len(b) > 0 || !errors.Is(readErr, errConnReset) {
				t.Errorf("%v: the client heard %q, %v", args, b, readErr)
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
	if _, err := os.Stat("/proc/self/status"); err != nil {
		t.Skip("no /proc here")
	}
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
	kb := residentKB(t, p)
	_ = p.cmd.Process.Signal(os.Interrupt)
	p.wants(130, "listening on")
	if n := <-heard; n < 100<<20 || kb > 64<<10 {
		t.Errorf("%d bytes were heard, and %d kB were resident", n, kb)
	}
}

// residentKB is the most memory that a running fid has had.
func residentKB(t *testing.T, p *process) (kb int) {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	_, line, _ := strings.Cut(string(status), "VmHWM:")
	if _, err := fmt.Sscan(line, &kb); err != nil {
		t.Fatal(err)
	}
	return kb
}
