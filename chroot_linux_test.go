package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// A root made for one program, or an image with nothing but fid, may have no /dev.
func TestWhatIsDeliveredWhereThereIsNoDevNullIsASuccess(t *testing.T) {
	n := privateNetwork(t)
	n.run("mount -t tmpfs none /dev")
	p := begin(t, fileOf(t, 100000), n.enter, "connect", "echo:")
	p.wants(0)
	if !bytes.Equal(p.stdout.Bytes(), pattern(100000)) {
		t.Errorf("%d bytes came back, or others", p.stdout.Len())
	}
	name := filepath.Join(t.TempDir(), "out")
	file, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	begin(t, fileOf(t, 100000), func(c *exec.Cmd) { n.enter(c); c.Stdout = file }, "connect", "echo:").wants(0)
	if got, err := os.ReadFile(name); err != nil || !bytes.Equal(got, pattern(100000)) {
		t.Errorf("%d bytes came back, or others: %v", len(got), err)
	}
}
