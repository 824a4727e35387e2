//go:build unix

package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The tests of many clients on one terminal: listen -k, --broker, --chat, --output.

// gets reads exactly what is wanted.
func (p *peer) gets(want []byte) {
	p.t.Helper()
	got := make([]byte, len(want))
	if n, err := io.ReadFull(p, got); err != nil || !bytes.Equal(got, want) {
		p.t.Errorf("the peer got %d of %d bytes, %v; or they differ", n, len(want), err)
	}
}

// hub starts a fid whose standard input is what the test writes.
func hub(t *testing.T, args ...string) (p *process, addr string, input *os.File) {
	t.Helper()
	r, w := pipe(t)
	p, addr = serving(t, r, nil, append([]string{"listen"}, args...)...)
	_ = r.Close()
	return p, addr, w
}

// member is a client of a hub who is there by now: what it says has been written.
func member(t *testing.T, p *process, addr, says string) *peer {
	t.Helper()
	c := dialPeer(t, addr)
	c.says([]byte(says))
	for begin := time.Now(); !strings.Contains(p.stdout.String(), says); time.Sleep(time.Millisecond) {
		if time.Since(begin) > patience {
			t.Fatalf("standard output has %q, want %q in it", p.stdout.String(), says)
		}
	}
	return c
}

func TestKeepOpenSendsItsInputToEveryClient(t *testing.T) {
	p, addr, input := hub(t, "-k", "127.0.0.1:0")
	_, _ = input.WriteString("before anybody was there\n")
	first := dialPeer(t, addr)
	first.gets([]byte("before anybody was there\n"))
	second := member(t, p, addr, "hello")
	_, _ = input.WriteString("to both\n")
	_ = input.Close()
	first.hears([]byte("to both\n"))
	second.hears([]byte("to both\n"))
	first.finishes()
	second.finishes()
	if got := p.stdout.String(); got != "hello" {
		t.Errorf("standard output has %q", got)
	}
}

func TestKeepOpenGoesOnWhenItsInputHasEnded(t *testing.T) {
	out, w := pipe(t)
	in, input := pipe(t)
	p, addr := serving(t, in, func(c *exec.Cmd) { c.Stdout = w }, "listen", "-k", "127.0.0.1:0")
	_, _ = w.Close(), in.Close()
	first := dialPeer(t, addr)
	_, _ = input.WriteString("all of it")
	_ = input.Close()
	first.hears([]byte("all of it")) // its FIN, while the session goes on
	first.says([]byte("answer"))
	if got, err := io.ReadAll(io.LimitReader(out, 6)); string(got) != "answer" {
		t.Errorf("%q, %v", got, err)
	}
	late := dialPeer(t, addr)
	late.says([]byte("later"))
	if got, err := io.ReadAll(io.LimitReader(out, 5)); string(got) != "later" {
		t.Errorf("%q, %v", got, err)
	}
	late.hearsNothing() // no FIN before its own
	late.finishes()
	late.hears(nil)
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	p.wants(143, "listening on")
}

func TestKeepOpenEndsASessionWithItsClient(t *testing.T) {
	_, addr, input := hub(t, "-k", "127.0.0.1:0")
	first := dialPeer(t, addr)
	_, _ = input.WriteString("x")
	first.gets([]byte("x"))
	first.finishes()
	first.hears(nil)
	second := dialPeer(t, addr)
	_, _ = input.WriteString("for the second")
	second.gets([]byte("for the second"))
}

func TestInputThatNobodyIsThereForWaits(t *testing.T) {
	_, addr, input := hub(t, "-k", "127.0.0.1:0")
	first := dialPeer(t, addr)
	_, _ = input.WriteString("x")
	first.gets([]byte("x"))
	first.finishes()
	first.hears(nil)
	_, _ = input.WriteString("for who comes")
	_ = input.Close()
	dialPeer(t, addr).hears([]byte("for who comes"))
}

func TestOneOfTwoClientsThatDoesNotReadIsDropped(t *testing.T) {
	p, addr, input := hub(t, "-k", "127.0.0.1:0")
	sleeper := dialPeer(t, addr)
	_ = sleeper.SetReadBuffer(4 << 10)
	_, _ = input.WriteString("x")
	sleeper.gets([]byte("x")) // it is there
	reader := member(t, p, addr, "here")
	data := pattern(8 << 20)
	go func() {
		_, _ = input.Write(data)
		_ = input.Close()
	}()
	reader.hears(data)
	sleeper.hearsReset()
	awaitWords(t, p, sleeper.LocalAddr().String()+": ", "dropped: it does not read what is sent (", " waiting)")
}

// awaitWords waits until fid has said the words.
func awaitWords(t *testing.T, p *process, words ...string) {
	t.Helper()
	for _, w := range words {
		for begin := time.Now(); !strings.Contains(p.stderr.String(), w); time.Sleep(time.Millisecond) {
			if time.Since(begin) > patience {
				t.Fatalf("it said %q, want %q in it", p.stderr.String(), w)
			}
		}
	}
}

func TestASignalResetsTheClientsOfAPipedHub(t *testing.T) {
	p, addr, input := hub(t, "-k", "127.0.0.1:0")
	c := dialPeer(t, addr)
	_, _ = input.WriteString("half")
	c.gets([]byte("half"))
	_ = p.cmd.Process.Signal(syscall.SIGINT)
	c.hearsReset()
	p.wants(130, "listening on")
}

// awaitHearing waits until one client hears the other, and has heard all of it.
func awaitHearing(t *testing.T, from, to *peer) {
	t.Helper()
	one := make([]byte, 1)
	for begin := time.Now(); ; {
		from.says([]byte{0})
		_ = to.SetReadDeadline(time.Now().Add(time.Millisecond))
		if n, _ := to.Read(one); n == 1 {
			break
		}
		if time.Since(begin) > patience {
			t.Fatal("nothing is heard")
		}
	}
	_ = to.SetReadDeadline(time.Now().Add(patience))
	from.says([]byte{1})
	for one[0] == 0 {
		if _, err := io.ReadFull(to, one); err != nil {
			t.Fatal(err)
		}
	}
}

func TestBrokerJoinsItsClientsWithEachOther(t *testing.T) {
	p, addr, _ := hub(t, "--broker", "127.0.0.1:0")
	a, b := dialPeer(t, addr), dialPeer(t, addr)
	awaitHearing(t, a, b)
	a.says(pattern(1 << 20))
	b.gets(pattern(1 << 20))
	a.finishes()
	a.hears(nil)
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	b.hearsReset()
	p.wants(143, "listening on")
	if p.stdout.Len() > 0 {
		t.Errorf("standard output has %q", p.stdout.String())
	}
}

func TestOutputOfEachClientIsAFile(t *testing.T) {
	dir := t.TempDir()
	p, addr := serving(t, nil, nil, "listen", "-k", "--output", dir+"/{n}", "127.0.0.1:0")
	first, second := dialPeer(t, addr), dialPeer(t, addr)
	first.says([]byte("first, "))
	second.says([]byte("second"))
	second.finishes()
	second.hears(nil)
	if got, err := os.ReadFile(dir + "/2"); string(got) != "second" {
		t.Errorf("after the FIN: %q, %v", got, err)
	}
	first.says([]byte("and last"))
	first.finishes()
	first.hears(nil)
	if got, err := os.ReadFile(dir + "/1"); string(got) != "first, and last" {
		t.Errorf("%q, %v", got, err)
	}
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	p.wants(143, "listening on")
	if p.stdout.Len() > 0 {
		t.Errorf("standard output has %q", p.stdout.String())
	}
}

func TestADiskThatIsFullResetsOneClientOnly(t *testing.T) {
	dir := t.TempDir()
	ready, address := readyPipe(t)
	p := begin(t, nil, func(c *exec.Cmd) {
		ready(c) // a limit on the size of files stands in for the disk's
		c.Path, c.Args = "/bin/sh", []string{"sh", "-c", `ulimit -f 100; exec fid "$@"`, "fid",
			"listen", "-k", "--ready-fd", "3", "--output", dir + "/{n}", "127.0.0.1:0"}
		c.Err = nil
	}, "listen")
	addr := address()
	big := dialPeer(t, addr)
	if _, err := big.Write(pattern(1 << 20)); !errors.Is(err, errConnReset) { // a Write takes the reset from the Read
		big.hearsReset()
	}
	small := dialPeer(t, addr)
	small.says([]byte("fits"))
	small.finishes()
	small.hears(nil)
	awaitWords(t, p, dir+"/1: file too large")
	if got, err := os.ReadFile(dir + "/2"); string(got) != "fits" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestAFileThatIsThereResetsTheClientAndServesOn(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(dir+"/1", []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	p, addr := serving(t, nil, nil, "listen", "-k", "--output", dir+"/{n}", "127.0.0.1:0")
	dialReset(t, addr)
	second := dialPeer(t, addr)
	second.says([]byte("second"))
	second.finishes()
	second.hears(nil)
	awaitWords(t, p, dir+"/1: there is such a file, and it is not overwritten")
	if got, _ := os.ReadFile(dir + "/1"); string(got) != "precious" {
		t.Errorf("%q", got)
	}
}

func TestOutputOfASingleClient(t *testing.T) {
	path := t.TempDir() + "/got"
	p, addr := serving(t, nil, nil, "listen", "--output", path, "127.0.0.1:0")
	begin(t, fileOf(t, 1<<20), nil, "connect", addr).wants(0)
	p.wants(0, "listening on")
	if got, err := os.ReadFile(path); !bytes.Equal(got, pattern(1<<20)) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	begin(t, nil, nil, "listen", "--output", path, "127.0.0.1:0").wants(9, path+": there is such a file, and it is not overwritten")
}
