//go:build unix

package main

import (
	"bytes"
	testflag "flag" // main has a flag of its own
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
)

// kills is how many senders are killed on each path. A soak takes more of them:
// go test . -run TestReceiverOfAKilledSender -kills 500
var kills = testflag.Int("kills", 20, "senders to kill directly connected, and as many over a relay")

// A killing is a sender that is killed when the receiver has written so many bytes.
type killing struct {
	relay   bool // between the two
	listens bool // the sender does, and the receiver connects
	tls     bool // on the sender's connection
	digest  bool // a layer everywhere: bytes go by hand, not by the kernel or an event loop
	pipe    bool // is the sender's input, not a file
	small   bool // buffers: the sender is never far ahead of the receiver
	at      int
}

func (k killing) size() int {
	if k.small {
		return 2 << 20
	}
	return 16 << 20
}

func (k killing) String() string {
	said := []string{fmt.Sprintf("at %d of %d bytes", k.at, k.size())}
	for _, trait := range []struct {
		is   bool
		name string
	}{{k.relay, "relay"}, {k.listens, "sender listens"}, {k.tls, "TLS"}, {k.digest, "digest"}, {k.pipe, "from a pipe"}, {k.small, "small buffers"}} {
		if trait.is {
			said = append(said, trait.name)
		}
	}
	return strings.Join(said, ", ")
}

// The n-th killing: all kinds take turns, and the moment is anywhere in the transfer's life.
func nthKilling(n int, relay bool, random *rand.Rand) killing {
	k := killing{relay: relay, listens: n&1 != 0, digest: n&2 != 0, pipe: n&4 != 0, small: n&8 != 0, tls: n%5 == 0}
	k.at = 1 + random.IntN(k.size())
	return k
}

func TestReceiverOfAKilledSenderIsNeverToldSuccess(t *testing.T) {
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 0))
	data := pattern(killing{}.size())
	a := newAuthority(t)
	cert := a.issue("server", certificate("server", "127.0.0.1"))
	var inMid, ahead atomic.Int32
	t.Run("killed", func(t *testing.T) {
		for _, relay := range []bool{false, true} {
			for n := range *kills {
				k := nthKilling(n, relay, random)
				t.Run(fmt.Sprintf("%d, %v", n, k), func(t *testing.T) {
					t.Parallel()
					switch got, code := k.run(t, data[:k.size()], cert, a.roots()); {
					case got < k.size():
						inMid.Add(1)
					case code != 0:
						ahead.Add(1)
					}
				})
			}
		}
	})
	t.Logf("%d of %d receivers had a part of the file, %d had it all and were not told so (seed %d)", inMid.Load(), 2**kills, ahead.Load(), seed)
	if int(inMid.Load()) < *kills {
		t.Errorf("%d of %d kills in mid-transfer prove too little (seed %d)", inMid.Load(), 2**kills, seed)
	}
}

// run returns how much the receiver wrote, and its exit code.
func (k killing) run(t *testing.T, data []byte, cert, roots string) (wrote, code int) {
	r, w := pipe(t)
	input := fileOf(t, len(data))
	sender, others := k.start(t, input, w, cert, roots)
	_ = w.Close()
	got := make([]byte, len(data)+1)
	n, _ := io.ReadFull(r, got[:k.at])
	_ = sender.cmd.Process.Kill()
	rest, _ := io.ReadFull(r, got[n:])
	got = got[:n+rest]
	for _, p := range others {
		if c := p.code(); c != 6 && (c != 0 || len(got) < len(data)) {
			t.Errorf("%s: exit %d, and the receiver wrote %d of %d bytes; it said %q", p.cmd.Args[1], c, len(got), len(data), p.stderr.String())
		}
	}
	if !bytes.HasPrefix(data, got) {
		t.Errorf("what came is not what was sent: %d bytes", len(got))
	}
	if c := sender.code(); c != 137 && (c != 0 || len(got) < len(data)) {
		t.Errorf("the sender ended with %d before it could be killed: %s", c, sender.stderr.String())
	}
	return len(got), others[0].code()
}

// start starts the sender and the others, the receiver first.
func (k killing) start(t *testing.T, input, output *os.File, cert, roots string) (sender *process, others []*process) {
	with := func(words ...string) []string {
		if k.digest {
			words = append(words, "--digest", "sha256")
		}
		if k.small {
			words = append(words, "-I", "16k", "-O", "16k")
		}
		return words
	}
	secured, trusting := []string{"127.0.0.1:0"}, []string(nil)
	if k.tls {
		secured, trusting = []string{"tls:127.0.0.1:0", "--cert", cert}, []string{"--ca", roots}
	}
	send := func(c *exec.Cmd) {
		if c.Stdin = input; k.pipe {
			c.Stdin = struct{ io.Reader }{input} // os/exec copies it into a pipe
		}
	}
	receive := func(c *exec.Cmd) { c.Stdout = output }
	var receiver, relay *process
	var addr string
	if k.listens {
		sender, addr = serving(t, nil, send, with(append([]string{"listen"}, secured...)...)...)
		if k.relay {
			relay, addr = serving(t, nil, nil, with(append([]string{"relay", "--once", "127.0.0.1:0", addr}, trusting...)...)...)
			return sender, []*process{begin(t, nil, receive, with("connect", addr)...), relay}
		}
		return sender, []*process{begin(t, nil, receive, with(append([]string{"connect", addr}, trusting...)...)...)}
	}
	if k.relay {
		receiver, addr = serving(t, nil, receive, with("listen", "127.0.0.1:0")...)
		relay, addr = serving(t, nil, nil, with(append([]string{"relay", "--once"}, append(secured, addr)...)...)...)
		others = []*process{receiver, relay}
	} else {
		receiver, addr = serving(t, nil, receive, with(append([]string{"listen"}, secured...)...)...)
		others = []*process{receiver}
	}
	return begin(t, nil, send, with(append([]string{"connect", addr}, trusting...)...)...), others
}
