//go:build unix

package main

import (
	"bytes"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"testing"
)

// killsOfEach is how many senders are killed on each of the four paths.
const (
	killsOfEach  = 50
	enoughInMid  = 150
	killTransfer = 24 << 20 // more than all the buffers on the way hold
)

func TestReceiverOfAKilledSenderIsNeverToldSuccess(t *testing.T) {
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 0))
	inMid := 0
	for _, path := range []struct {
		name        string
		file, relay bool
	}{{"from a file", true, false}, {"from a pipe", false, false}, {"from a file through a relay", true, true}, {"from a pipe through a relay", false, true}} {
		input := fileOf(t, killTransfer)
		for range killsOfEach {
			at := random.IntN(killTransfer / 2)
			got, code := killedAt(t, input, path.file, path.relay, at)
			whole := bytes.Equal(got, pattern(killTransfer))
			if !whole && code == 0 {
				t.Errorf("%s, killed after %d bytes (seed %d): exit 0 for %d of %d bytes", path.name, at, seed, len(got), killTransfer)
			}
			if !bytes.HasPrefix(pattern(killTransfer), got) {
				t.Errorf("%s (seed %d): what came is not what was sent", path.name, seed)
			}
			if !whole && len(got) > 0 {
				inMid++
			}
		}
	}
	t.Logf("%d of %d kills fell in mid-transfer", inMid, 4*killsOfEach)
	if inMid < enoughInMid {
		t.Errorf("%d kills in mid-transfer prove too little: want %d", inMid, enoughInMid)
	}
}

// killedAt kills a sender when the receiver has written so many bytes, and
// returns all that it wrote with its exit code.
func killedAt(t *testing.T, input *os.File, fromFile, throughRelay bool, at int) ([]byte, int) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	receiver, addr := serving(t, nil, func(c *exec.Cmd) { c.Stdout = w }, "listen", "127.0.0.1:0")
	_ = w.Close()
	if throughRelay {
		_, addr = serving(t, nil, nil, "relay", "--once", "127.0.0.1:0", addr)
	}
	stdin, err := os.Open(input.Name())
	if err != nil {
		t.Fatal(err)
	}
	defer stdin.Close()
	sender := begin(t, stdin, func(c *exec.Cmd) {
		if !fromFile {
			c.Stdin = struct{ io.Reader }{stdin} // os/exec copies it into a pipe
		}
	}, "connect", addr)
	first := make([]byte, at)
	n, _ := io.ReadFull(r, first)
	_ = sender.cmd.Process.Kill()
	rest, _ := io.ReadAll(r)
	return append(first[:n], rest...), receiver.code()
}
