package main

import (
	"crypto/sha256"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A tool is one that can send and receive a file, and what is typed for it.
// PORT stands for the port of the side that listens.
type tool struct {
	name, program string
	send          commands
	receive       commands // standard input is /dev/null
	receiveHeld   commands // standard input is a pipe that nobody ever closes
}

type commands struct{ listen, connect string }

// The commands are chosen so that the peer can end at all, and with /dev/null so
// that it sends its FIN at once, which is what cuts transfers short elsewhere.
var (
	fidTool = tool{name: "fid", program: "fid",
		send:        commands{"listen --ready-fd 3 127.0.0.1:0", "connect 127.0.0.1 PORT"},
		receive:     commands{"listen --ready-fd 3 127.0.0.1:0", "connect 127.0.0.1 PORT"},
		receiveHeld: commands{"listen --ready-fd 3 127.0.0.1:0", "connect 127.0.0.1 PORT"}}

	// Without -N nc sends no FIN when its input ends, so that nobody learns that
	// the file has ended. A connecting nc goes on reading an open standard input
	// after the far end's FIN, for ever: -d keeps it from reading it.
	ncTool = tool{name: "nc", program: "nc.openbsd",
		send:        commands{"-N -l 127.0.0.1 0", "-N 127.0.0.1 PORT"},
		receive:     commands{"-N -l 127.0.0.1 0", "-N 127.0.0.1 PORT"},
		receiveHeld: commands{"-N -l 127.0.0.1 0", "-d 127.0.0.1 PORT"}}

	// The traditional nc sends its FIN at the end of input with -q only, and
	// takes no port 0 but picks one where none is given. It ends with the far
	// end whatever its input does.
	traditionalTool = tool{name: "nc.traditional", program: "nc.traditional",
		send:        commands{"-q 1 -l -s 127.0.0.1", "-q 1 127.0.0.1 PORT"},
		receive:     commands{"-l -s 127.0.0.1", "127.0.0.1 PORT"},
		receiveHeld: commands{"-l -s 127.0.0.1", "127.0.0.1 PORT"}}

	// A connecting ncat before 7.96 waits for an open standard input after the
	// far end's FIN, for ever: --recv-only keeps it from reading it.
	ncatTool = tool{name: "ncat", program: "ncat",
		send:        commands{"-l 127.0.0.1 0", "127.0.0.1 PORT"},
		receive:     commands{"-l 127.0.0.1 0", "127.0.0.1 PORT"},
		receiveHeld: commands{"-l 127.0.0.1 0", "--recv-only 127.0.0.1 PORT"}}

	// Once one side has ended socat takes a gap of half a second for the end of
	// the other, and -t makes that longer than our stall. With standard input
	// open it would wait so long at the end as well: -u does without it.
	socatTool = tool{name: "socat", program: "socat",
		send:        commands{"-t 30 STDIO TCP-LISTEN:0,bind=127.0.0.1", "-t 30 STDIO TCP:127.0.0.1:PORT"},
		receive:     commands{"-t 30 STDIO TCP-LISTEN:0,bind=127.0.0.1", "-t 30 STDIO TCP:127.0.0.1:PORT"},
		receiveHeld: commands{"-u TCP-LISTEN:0,bind=127.0.0.1 STDOUT", "-u TCP:127.0.0.1:PORT STDOUT"}}
)

// A scale is how much is sent and how long a source stalls half-way.
type scale struct {
	full  bool
	bytes int64
	stall time.Duration
}

// transferScale is small, so that the suite is quick, but with FID_FULL=1.
func transferScale() scale {
	if os.Getenv("FID_FULL") == "1" {
		return scale{true, 1 << 30, 2 * time.Second}
	}
	return scale{false, 8 << 20, 200 * time.Millisecond}
}

// A transfer is one cell of the matrix.
type transfer struct {
	from, to    tool
	fromListens bool
	held        bool // the receiver's standard input is held open, not /dev/null
	stalls      bool // the source is a pipe that stalls half-way, not a file
}

func (x transfer) listener() tool {
	if x.fromListens {
		return x.from
	}
	return x.to
}

func (x transfer) String() string {
	listens, stdin, source := x.listener().name, "the null device", "a file"
	if x.from.name == x.to.name {
		listens = map[bool]string{true: "the sender", false: "the receiver"}[x.fromListens]
	}
	if x.held {
		stdin = "held open"
	}
	if x.stalls {
		source = "a pipe that stalls"
	}
	return fmt.Sprintf("%s sends %s to %s where %s listens and the receiver's stdin is %s", x.from.name, source, x.to.name, listens, stdin)
}

// transfers is the matrix: fid and fid, and fid and each peer both ways.
func transfers() []transfer {
	pairs := [][2]tool{{fidTool, fidTool}}
	for _, peer := range []tool{ncTool, traditionalTool, ncatTool, socatTool} {
		pairs = append(pairs, [2]tool{fidTool, peer}, [2]tool{peer, fidTool})
	}
	var all []transfer
	for _, pair := range pairs {
		for i := range 8 {
			all = append(all, transfer{pair[0], pair[1], i&4 != 0, i&2 != 0, i&1 != 0})
		}
	}
	return all
}

func TestATransferIsWholeAndEndsOnBothSidesWhoeverThePeerIs(t *testing.T) {
	size := transferScale()
	src := newSource(t, size.bytes)
	for _, x := range transfers() {
		t.Run(x.String(), func(t *testing.T) {
			requirePeer(t, x.from.program, x.to.program)
			requirePortOf(t, x.listener().program)
			if !size.full { // 1 GiB at a time is load enough
				t.Parallel()
			}
			x.run(t, src, size)
		})
	}
}

// run makes the transfer and checks the three promises: the file is whole, both
// sides have ended by themselves, and both say 0, fid without a word.
func (x transfer) run(t *testing.T, src source, size scale) {
	out, err := os.Create(filepath.Join(t.TempDir(), "received"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()

	begin := time.Now()
	stdin, fed := x.input(t, src, size, out.Name())
	sender, receiver := x.start(t, stdin, out)
	report := sender.report() + receiver.report() // waits for both
	took := time.Since(begin).Round(time.Millisecond)

	sum, n := hashOf(t, out.Name())
	if sum != src.sum || !sender.ok() || !receiver.ok() {
		t.Errorf("%d of %d bytes arrived, the same: %v; after %v:\n%s", n, src.size, sum == src.sum, took, report)
	}
	if err := <-fed; err != nil {
		t.Errorf("the source could not be written: %v", err)
	}
	for _, p := range []*program{sender, receiver} {
		if p.complains() {
			t.Errorf("fid has something to say of a transfer in order: %s", p.report())
		}
	}
	t.Logf("%d bytes in %v", n, took)
}

// start starts the side that listens, then the one that connects to it.
func (x transfer) start(t *testing.T, in, out *os.File) (sender, receiver *program) {
	receive, theirs := x.to.receive, (*os.File)(nil) // nil: os/exec opens /dev/null
	if x.held {
		receive = x.to.receiveHeld
		theirs, _ = pipe(t)
	}
	send := func(line, port string) *program {
		p := launch(t, x.from.program, arguments(line, port), func(c *exec.Cmd) { c.Stdin = in })
		_ = in.Close() // so that a sender that stops reading is noticed
		return p
	}
	take := func(line, port string) *program {
		return launch(t, x.to.program, arguments(line, port), func(c *exec.Cmd) {
			c.Stdout = out
			if theirs != nil {
				c.Stdin = theirs
			}
		})
	}
	if x.fromListens {
		sender = send(x.from.send.listen, "")
		return sender, take(receive.connect, sender.port(t))
	}
	receiver = take(receive.listen, "")
	return send(x.from.send.connect, receiver.port(t)), receiver
}

func arguments(line, port string) []string {
	return strings.Fields(strings.ReplaceAll(line, "PORT", port))
}

// input is the sender's standard input, and what became of writing to it.
func (x transfer) input(t *testing.T, src source, size scale, received string) (*os.File, <-chan error) {
	t.Helper()
	fed := make(chan error, 1)
	if !x.stalls {
		f, err := os.Open(src.path)
		if err != nil {
			t.Fatal(err)
		}
		fed <- nil
		return f, fed
	}
	r, w := pipe(t)
	go func() { fed <- src.stall(w, size.stall, received) }()
	return r, fed
}

// A source is a file to send.
type source struct {
	path string
	size int64
	sum  string
}

// newSource makes a file of bytes that do not repeat, so that a piece that was
// lost, doubled or moved changes the hash; the same ones in every run.
func newSource(t *testing.T, size int64) source {
	t.Helper()
	path := filepath.Join(t.TempDir(), "source")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	h := sha256.New()
	if _, err := io.CopyN(io.MultiWriter(f, h), rand.NewChaCha8([32]byte{}), size); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return source{path, size, string(h.Sum(nil))}
}

// stall writes half of the source to w, stays silent from when all of that half
// has arrived, which is when a tool may take the silence for an end, and goes on.
func (src source) stall(w *os.File, pause time.Duration, received string) error {
	defer w.Close()
	f, err := os.Open(src.path)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := io.CopyN(w, f, src.size/2); err != nil {
		return err
	}
	err = await(func() bool {
		st, err := os.Stat(received)
		return err == nil && st.Size() >= src.size/2
	})
	if err != nil {
		return fmt.Errorf("the first half did not arrive: %w", err)
	}
	time.Sleep(pause) // it stands for no event: it is the stall
	_, err = io.Copy(w, f)
	return err
}

func hashOf(t *testing.T, path string) (string, int64) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	h := sha256.New()
	n, err := io.Copy(h, f)
	if err != nil {
		t.Fatal(err)
	}
	return string(h.Sum(nil)), n
}
