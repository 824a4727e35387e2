//go:build unix

package main

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// The tests of standard streams that are not what one hopes for.

// throughShell has a shell run fid with what it does to descriptors and limits
// first: "%" stands for fid and its arguments.
func throughShell(line string) func(*exec.Cmd) {
	return func(c *exec.Cmd) {
		c.Path, _ = exec.LookPath("sh")
		c.Args = append([]string{"sh", "-c", strings.ReplaceAll(line, "%", `exec fid "$@"`), "sh"}, c.Args[1:]...)
	}
}

func TestClosedStreamsAreTakenAsEmpty(t *testing.T) {
	h := newHost(t)
	p := begin(t, nil, throughShell("% <&- >&-"), "connect", h.addr())
	c := h.client()
	c.says(pattern(100000))
	c.hearsNothing() // and above all not its own bytes
	c.finishes()
	c.hears(nil)
	p.wants(0)

	l, addr := serving(t, nil, throughShell("% <&- >&- 2>&-"), "listen", "127.0.0.1:0")
	c = dialPeer(t, addr)
	c.says(pattern(1000))
	c.hearsNothing()
	c.finishes()
	c.hears(nil)
	l.wants(0)
}

func TestClosedStandardErrorChangesNoCode(t *testing.T) {
	begin(t, nil, throughShell("% 2>&-"), "connect", "127.0.0.1:1").wants(4)
}

func TestOutputSetNonBlockingBySomebodyElseLosesNothing(t *testing.T) {
	t.Run("moved by the kernel", func(t *testing.T) { outputSetNonBlocking(t, "connect") })
	t.Run("written by hand", func(t *testing.T) { outputSetNonBlocking(t, "connect", "--limit", "10G") })
}

func outputSetNonBlocking(t *testing.T, args ...string) {
	h := newHost(t)
	r, w := pipe(t)
	stdin, _ := pipe(t)
	p := begin(t, stdin, func(c *exec.Cmd) { c.Stdout = w }, append(args, h.addr())...)
	if err := unix.SetNonblock(int(w.Fd()), true); err != nil { // after Fd, which makes it blocking
		t.Fatal(err)
	}
	c := h.client()
	go func() {
		_, _ = c.Write(pattern(4 << 20))
		_ = c.CloseWrite()
	}()
	_ = w.Close()
	var got bytes.Buffer
	for buf := make([]byte, 1000); ; {
		n, err := r.Read(buf)
		got.Write(buf[:n])
		if err != nil {
			break
		}
	}
	if !bytes.Equal(got.Bytes(), pattern(4<<20)) {
		t.Errorf("%d of %d bytes came", got.Len(), 4<<20)
	}
	p.wants(0)
}

func TestInheritedDescriptorsKeepTheirFlags(t *testing.T) {
	h := newHost(t)
	stdin, feed := pipe(t)
	r, w := pipe(t)
	flags := func(f *os.File) int {
		n, err := unix.FcntlInt(f.Fd(), unix.F_GETFL, 0)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	before := [2]int{flags(stdin), flags(w)}
	p := begin(t, stdin, func(c *exec.Cmd) { c.Stdout = w }, "connect", h.addr())
	c := h.client()
	_, _ = feed.WriteString("x")
	_, _ = io.ReadFull(c, make([]byte, 1))
	c.says([]byte("y"))
	_, _ = io.ReadFull(r, make([]byte, 1))
	if during := [2]int{flags(stdin), flags(w)}; during != before {
		t.Errorf("the flags of standard input and output were %v and are %v", before, during)
	}
	_ = feed.Close()
	_ = c.Close()
	p.wants(0)
	if after := [2]int{flags(stdin), flags(w)}; after != before {
		t.Errorf("the flags of standard input and output were %v and are %v behind fid", before, after)
	}
}

func TestFileSizeLimitIsALocalFailure(t *testing.T) {
	h := newHost(t)
	out := t.TempDir() + "/out"
	p := begin(t, nil, throughShell("ulimit -f 64; % >"+out), "connect", h.addr())
	c := h.client()
	_, err := c.Write(pattern(1 << 20))
	if err == nil {
		c.hearsReset()
	}
	p.wants(9, "standard output: file too large")
}

func TestReaderGoneEndsAlsoWhereTheParentIgnoresSIGPIPE(t *testing.T) {
	h := newHost(t)
	stdin, _ := pipe(t)
	r, w := pipe(t)
	p := begin(t, stdin, func(c *exec.Cmd) { // Go's runtime does not tell what was ignored
		throughShell("trap '' PIPE; %")(c)
		c.Stdout = w
	}, "connect", h.addr())
	_ = w.Close()
	c := h.client()
	_ = r.Close()
	c.hearsReset()
	p.wants(141)
}

func TestFullStandardErrorHoldsUpNoData(t *testing.T) {
	r, w := pipe(t)
	for buf := make([]byte, 4096); ; { // fill the pipe
		_ = w.SetWriteDeadline(time.Now().Add(20 * time.Millisecond))
		if _, err := w.Write(buf); err != nil {
			break
		}
	}
	for _, mode := range [][]string{{"echo", "-v", "127.0.0.1:0"}, {"relay", "-v", "127.0.0.1:0", "echo:"}, {"listen", "-vk", "-e", "cat", "127.0.0.1:0"}} {
		p, addr := serving(t, nil, func(c *exec.Cmd) { c.Stderr = w }, mode...)
		for range 2 {
			c := dialPeer(t, addr)
			c.says(pattern(1000))
			c.finishes()
			c.hears(pattern(1000))
		}
		_ = p.cmd.Process.Signal(syscall.SIGTERM)
		if code := p.code(); code != 143 {
			t.Errorf("%v: exit %d", mode, code)
		}
	}
	_ = r.Close()
}

func TestStoppedProcessGoesOnWhereItWas(t *testing.T) {
	h := newHost(t)
	p := begin(t, fileOf(t, 64<<20), nil, "connect", h.addr())
	c := h.client()
	got := make([]byte, 1<<20)
	_, _ = io.ReadFull(c, got)
	_ = p.cmd.Process.Signal(syscall.SIGSTOP)
	time.Sleep(200 * time.Millisecond) // the stop lasts
	_ = p.cmd.Process.Signal(syscall.SIGCONT)
	rest, err := io.ReadAll(c)
	if err != nil || !bytes.Equal(append(got, rest...), pattern(64<<20)) {
		t.Errorf("%d bytes, %v", len(rest)+1<<20, err)
	}
	_ = c.Close()
	p.wants(0)
}

func TestPeerThatNeverReadsCostsNothing(t *testing.T) {
	zero, err := os.Open("/dev/zero")
	if err != nil {
		t.Skip("no /dev/zero here")
	}
	defer zero.Close()
	h := newHost(t)
	p := begin(t, zero, nil, "connect", h.addr())
	h.client()
	time.Sleep(time.Second) // what is measured is the time that passes
	kb := p.resident()
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	p.wants(143)
	s := p.cmd.ProcessState
	if busy := s.UserTime() + s.SystemTime(); busy > 300*time.Millisecond {
		t.Errorf("%v of processor time in a second of waiting", busy)
	}
	if kb > 64<<10 {
		t.Errorf("%d kB resident", kb)
	}
}

// urgentByteIsPassed: what comes before and after an urgent byte (MSG_OOB) is
// written to p's output, which written reads.
func urgentByteIsPassed(t *testing.T, p *process, addr string, written func() string) {
	t.Helper()
	c := dialPeer(t, addr)
	c.says([]byte("before "))
	raw, err := c.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	_ = raw.Control(func(fd uintptr) { err = unix.Send(int(fd), []byte("!"), unix.MSG_OOB) })
	if err != nil {
		t.Skip("no urgent data here: ", err)
	}
	c.says([]byte("after"))
	for begin := time.Now(); written() != "before after" && time.Since(begin) < patience; runtime.Gosched() {
	} // it comes before any FIN
	if written() != "before after" {
		t.Errorf("standard output got %q while the stream was open", written())
	}
	c.finishes()
	c.hears(nil)
	p.wants(0, "listening on")
}

func TestUrgentByteLeavesTheStreamToAPipeIntact(t *testing.T) {
	p, addr := serving(t, nil, nil, "listen", "127.0.0.1:0")
	urgentByteIsPassed(t, p, addr, p.stdout.String)
}

func TestUrgentByteLeavesTheStreamToAFileIntact(t *testing.T) {
	out, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	p, addr := serving(t, nil, func(c *exec.Cmd) { c.Stdout = out }, "listen", "127.0.0.1:0")
	urgentByteIsPassed(t, p, addr, func() string {
		b, _ := os.ReadFile(out.Name())
		return string(b)
	})
}

// urgentByteIsRelayed: to has fid's ear; what comes before and after an urgent
// byte is heard at from, also when fid sees all of it at once.
func urgentByteIsRelayed(t *testing.T, p *process, to, from *peer) {
	t.Helper()
	to.says([]byte("0")) // the session runs
	_, _ = io.ReadFull(from, make([]byte, 1))
	_ = p.cmd.Process.Signal(syscall.SIGSTOP)
	to.says([]byte("before "))
	raw, err := to.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	_ = raw.Control(func(fd uintptr) { err = unix.Send(int(fd), []byte("!"), unix.MSG_OOB) })
	if err != nil {
		t.Skip("no urgent data here: ", err)
	}
	to.says([]byte("after"))
	_ = p.cmd.Process.Signal(syscall.SIGCONT)
	got := make([]byte, len("before after"))
	if _, err := io.ReadFull(from, got); err != nil || string(got) != "before after" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestUrgentByteIsNoObstacleToAnEcho(t *testing.T) {
	p, addr := serving(t, nil, nil, "echo", "127.0.0.1:0")
	c := dialPeer(t, addr)
	urgentByteIsRelayed(t, p, c, c)
}

func TestUrgentByteIsNoObstacleToARelay(t *testing.T) {
	h := newHost(t)
	p, addr := serving(t, nil, nil, "relay", "127.0.0.1:0", h.addr())
	c := dialPeer(t, addr)
	urgentByteIsRelayed(t, p, c, h.client())
}

func TestClientsThatResetBeforeTheyAreAcceptedDoNoHarm(t *testing.T) {
	p, addr := serving(t, nil, nil, "echo", "127.0.0.1:0")
	_ = p.cmd.Process.Signal(syscall.SIGSTOP)
	for range 300 {
		dialPeer(t, addr).resets()
	}
	_ = p.cmd.Process.Signal(syscall.SIGCONT)
	c := dialPeer(t, addr)
	c.says([]byte("alive"))
	c.finishes()
	c.hears([]byte("alive"))
}
