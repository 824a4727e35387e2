//go:build unix

package main

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"
)

// The tests of what must hold where the kernel moves the bytes, too.

func TestOutputThatAppendsIsAppendedTo(t *testing.T) {
	name := filepath.Join(t.TempDir(), "log")
	if err := os.WriteFile(name, []byte("yesterday\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := os.OpenFile(name, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	p, addr := serving(t, nil, func(c *exec.Cmd) { c.Stdout = out }, "listen", "127.0.0.1:0")
	c := dialPeer(t, addr)
	c.says(pattern(3 << 20))
	c.finishes()
	c.hears(nil)
	p.wants(0, "listening on")
	got, _ := os.ReadFile(name)
	if want := append([]byte("yesterday\n"), pattern(3<<20)...); !bytes.Equal(got, want) {
		t.Errorf("%d bytes in the file, want %d", len(got), len(want))
	}
}

func TestFileThatGrowsWhileItIsSentIsSentWhole(t *testing.T) {
	in := fileOf(t, 16<<20)
	l := newHost(t)
	p := begin(t, in, nil, "connect", l.addr())
	c := l.client() // it does not read: the file does not fit on the way
	f, err := os.OpenFile(in.Name(), os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString("the new end"); err != nil {
		t.Fatal(err)
	}
	_ = f.Close()
	c.hears(append(pattern(16<<20), "the new end"...))
	c.finishes()
	p.wants(0)
}

func TestFileIsSentFromWhereItsDescriptorStands(t *testing.T) {
	in := fileOf(t, 1<<20)
	if _, err := in.Seek(1000, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	l := newHost(t)
	p := begin(t, in, nil, "connect", l.addr())
	c := l.client()
	c.hears(pattern(1 << 20)[1000:])
	c.finishes()
	p.wants(0)
	if at, _ := in.Seek(0, io.SeekCurrent); at != 1<<20 {
		t.Errorf("the descriptor stands at %d after it, want the end", at)
	}
}

func TestSignalEndsASessionWhoseOutputIsFull(t *testing.T) {
	_, full := pipe(t) // nobody reads
	h := newHost(t)
	p := begin(t, nil, func(c *exec.Cmd) { c.Stdout = full }, "connect", h.addr())
	c := h.client()
	_ = c.SetWriteDeadline(time.Now().Add(300 * time.Millisecond))
	for { // until nothing more fits on the way
		if _, err := c.Write(pattern(1 << 20)); err != nil {
			break
		}
	}
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	p.wants(143)
	c.hearsReset()
}

// Two that share the description of an output file share its position, too.
func TestTwoThatShareAnOutputFileLoseNothing(t *testing.T) {
	out, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	const each = 24 << 20
	var both sync.WaitGroup
	for range 2 {
		p, addr := serving(t, nil, func(c *exec.Cmd) { c.Stdout = out }, "listen", "127.0.0.1:0")
		c := dialPeer(t, addr)
		both.Go(func() {
			c.says(pattern(each))
			c.finishes()
			c.hears(nil)
			p.wants(0, "listening on")
		})
	}
	both.Wait()
	if st, err := out.Stat(); err != nil || st.Size() != 2*each {
		t.Errorf("%d bytes of %d, %v", st.Size(), 2*each, err)
	}
}
