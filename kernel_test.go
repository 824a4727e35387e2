//go:build unix

package main

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
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
