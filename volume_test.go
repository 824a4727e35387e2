//go:build unix

package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A long stream, by every way that the kernel has of moving bytes: the sums of what was sent and
// of what came are compared.

const volume = 256 << 20

// A stream is a reader of n bytes of which no block is like another.
type stream struct {
	left  int
	block []byte
	rest  []byte
	count uint64
	sum   hash.Hash
	each  func()     // called at each block
	sent  chan error // how sends ended
}

func newStream(n int) *stream {
	return &stream{left: n, block: pattern(1 << 20), sum: sha256.New(), each: func() {}, sent: make(chan error, 1)}
}

func (s *stream) Read(p []byte) (int, error) {
	if s.left == 0 {
		return 0, io.EOF
	}
	if len(s.rest) == 0 {
		s.each()
		s.count++
		binary.LittleEndian.PutUint64(s.block, s.count)
		s.rest = s.block[:min(len(s.block), s.left)]
		s.sum.Write(s.rest)
	}
	n := copy(p, s.rest)
	s.rest, s.left = s.rest[n:], s.left-n
	return n, nil
}

// sends writes the whole stream to c, and its end.
func (s *stream) sends(c net.Conn) {
	_ = c.SetDeadline(time.Now().Add(patience))
	_, err := io.CopyBuffer(struct{ io.Writer }{c}, struct{ io.Reader }{s}, make([]byte, 1<<20))
	if err == nil {
		err = c.(interface{ CloseWrite() error }).CloseWrite()
	}
	s.sent <- err
}

// arrives reads r to its end, which must be that of the stream.
func (s *stream) arrives(t *testing.T, r io.Reader) {
	t.Helper()
	got := sha256.New()
	n, err := io.CopyBuffer(struct{ io.Writer }{got}, struct{ io.Reader }{r}, make([]byte, 1<<20))
	if sent := <-s.sent; err != nil || sent != nil || !bytes.Equal(got.Sum(nil), s.sum.Sum(nil)) {
		t.Errorf("%d bytes came, or others, and %v; the sender: %v", n, err, sent)
	}
}

func TestALongStreamIsWholeWhateverItsEndsAre(t *testing.T) {
	for _, ends := range [][2]string{{"tcp", "tcp"}, {"tcp", "unix"}, {"unix", "tcp"}, {"unix", "unix"}} {
		t.Run("a relay from "+ends[0]+" to "+ends[1], func(t *testing.T) {
			dir := t.TempDir()
			addresses := map[string]string{"tcp": "127.0.0.1:0", "unix": filepath.Join(dir, "server")}
			server, err := net.Listen(ends[1], addresses[ends[1]])
			if err != nil {
				t.Fatal(err)
			}
			defer server.Close()
			target, listen := server.Addr().String(), "127.0.0.1:0"
			if ends[1] == "unix" {
				target = "unix:" + target
			}
			if ends[0] == "unix" {
				listen = "unix:" + filepath.Join(dir, "relay")
			}
			p, addr := serving(t, nil, nil, "relay", "--once", listen, target)
			client, err := net.Dial(ends[0], strings.TrimPrefix(addr, "unix:"))
			if err != nil {
				t.Fatal(err)
			}
			defer client.Close()
			c, err := server.Accept()
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			s := newStream(volume)
			go s.sends(client)
			s.arrives(t, c)
			_ = c.Close()
			if code := p.code(); code != 0 {
				t.Errorf("exit %d: %s", code, p.stderr.String())
			}
		})
	}
}

func TestALongStreamIsWholeWhateverStandardOutputIs(t *testing.T) {
	for name, open := range map[string]func(*testing.T) (out *os.File, in func() io.ReadCloser){
		"a file": func(t *testing.T) (*os.File, func() io.ReadCloser) {
			f, err := os.Create(t.TempDir() + "/out")
			if err != nil {
				t.Fatal(err)
			}
			return f, func() io.ReadCloser { f, _ := os.Open(f.Name()); return f }
		},
		"/dev/null": func(t *testing.T) (*os.File, func() io.ReadCloser) {
			f, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
			if err != nil {
				t.Fatal(err)
			}
			return f, nil
		},
		"a pipe": func(t *testing.T) (*os.File, func() io.ReadCloser) {
			r, w := pipe(t)
			return w, func() io.ReadCloser { return r }
		},
	} {
		t.Run(name, func(t *testing.T) {
			out, in := open(t)
			h := newHost(t)
			p := begin(t, nil, func(c *exec.Cmd) { c.Stdout = out }, "connect", "-v", h.addr())
			s, c := newStream(volume), h.client()
			_ = out.Close()
			go s.sends(c)
			if name == "a pipe" {
				s.arrives(t, in())
			}
			p.wants(0, fmt.Sprintf("%.1f MB received", volume/1e6))
			if name == "a file" {
				f := in()
				defer f.Close()
				s.arrives(t, f)
			}
		})
	}
}

// A report is asked for, and a child is said to have ended, at each piece that is sent.
func TestSignalsInMidTransferHarmNoByte(t *testing.T) {
	for _, args := range [][]string{{"listen"}, {"connect"}, {"relay", "--once"}} {
		t.Run(args[0], func(t *testing.T) {
			h := newHost(t)
			var p *process
			var from, to net.Conn
			switch args[0] {
			case "connect":
				p = begin(t, nil, nil, "connect", h.addr())
				from = h.client()
			case "listen":
				var addr string
				p, addr = serving(t, nil, nil, "listen", "127.0.0.1:0")
				from = dialPeer(t, addr)
			default:
				var addr string
				p, addr = serving(t, nil, nil, append(args, "127.0.0.1:0", h.addr())...)
				from, to = dialPeer(t, addr), h.client()
			}
			s := newStream(16 << 20)
			s.block = pattern(64 << 10)
			s.each = func() {
				_ = p.cmd.Process.Signal(syscall.SIGUSR1)
				_ = p.cmd.Process.Signal(syscall.SIGCHLD)
			}
			go s.sends(from)
			if to != nil {
				s.arrives(t, to)
				_ = to.Close()
			}
			if code := p.code(); code != 0 {
				t.Errorf("exit %d", code)
			}
			if to == nil {
				s.arrives(t, bytes.NewReader(p.stdout.Bytes()))
			}
			if !strings.Contains(p.stderr.String(), "received in ") {
				t.Error("no signal was heard in mid-transfer")
			}
		})
	}
}
