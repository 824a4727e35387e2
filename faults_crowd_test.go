//go:build unix

package main

import (
	"bytes"
	"crypto/sha256"
	"io"
	"net"
	"os"
	"os/exec"
	"sync"
	"testing"

	"fid/netio"
)

// The tests of many bytes, and of many clients that send them.

func TestAllThatManyClientsSendAtOnceIsWritten(t *testing.T) {
	const clients, each = 200, 64 << 10
	r, w := pipe(t)
	_, addr := serving(t, nil, func(c *exec.Cmd) { c.Stdout = w }, "listen", "-k", "--max-conns", "200", "127.0.0.1:0")
	var all sync.WaitGroup
	for i := range clients {
		c := dialPeer(t, addr)
		all.Go(func() {
			c.says(bytes.Repeat([]byte{byte(i)}, each))
			c.finishes()
			c.hears(nil)
		})
	}
	got := make([]byte, clients*each)
	n, err := io.ReadFull(r, got)
	all.Wait()
	for i := range clients {
		if came := bytes.Count(got[:n], []byte{byte(i)}); came != each {
			t.Errorf("client %d: %d of %d bytes, %v", i, came, each, err)
		}
	}
}

func TestOneOfACrowdIsHeardWhileTheOthersIdle(t *testing.T) {
	if limit := netio.DescriptorLimit(); limit < crowd+100 {
		t.Skipf("%d descriptors are too few for %d clients", limit, crowd)
	}
	stdin, keys := pipe(t)
	p, addr := serving(t, stdin, nil, "listen", "-k", "127.0.0.1:0")
	for range crowd {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
	}
	c := dialPeer(t, addr)
	c.says([]byte("alive"))
	awaitOn(t, "fid", &p.stdout, "alive")
	_, _ = keys.WriteString("heard")
	c.hearsWords("heard")
	if kb := p.resident(); kb > 200*crowd {
		t.Errorf("%d kB resident for %d clients", kb, crowd)
	}
}

// writeBlocks writes n MiB, of which no two are alike.
func writeBlocks(t *testing.T, w io.Writer, n int) {
	t.Helper()
	block := pattern(1 << 20)
	for i := range n {
		block[0], block[1] = byte(i), byte(i>>8)
		if _, err := w.Write(block); err != nil {
			t.Fatal(err)
		}
	}
}

func TestABigFileIsTheSameOnBothSides(t *testing.T) {
	t.Parallel()
	input, err := os.Create(t.TempDir() + "/input")
	if err != nil {
		t.Fatal(err)
	}
	defer input.Close()
	sent := sha256.New()
	writeBlocks(t, io.MultiWriter(input, sent), 256)
	for name, flags := range map[string][]string{"moved by the kernel": nil, "seen by a layer": {"--digest", "sha256"}} {
		t.Run(name, func(t *testing.T) {
			r, w := pipe(t)
			_, addr := serving(t, nil, func(c *exec.Cmd) { c.Stdout = w }, append([]string{"listen", "127.0.0.1:0"}, flags...)...)
			_ = w.Close()
			_, addr = serving(t, nil, nil, append([]string{"relay", "--once", "127.0.0.1:0", addr}, flags...)...)
			stdin, err := os.Open(input.Name())
			if err != nil {
				t.Fatal(err)
			}
			defer stdin.Close()
			sender := begin(t, stdin, nil, append([]string{"connect", addr}, flags...)...)
			got := sha256.New()
			n, err := io.Copy(got, r)
			if err != nil || !bytes.Equal(got.Sum(nil), sent.Sum(nil)) {
				t.Errorf("%d bytes came, or others; %v", n, err)
			}
			if code := sender.code(); code != 0 {
				t.Errorf("exit %d: %s", code, sender.stderr.String())
			}
		})
	}
}
