package main

import (
	"encoding/binary"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// awaitFINQueued waits until both have closed their halves of the connection to p: fid's socket is
// in LAST_ACK, or in CLOSING where it was first, though its last bytes and its FIN may still wait
// for room.
func awaitFINQueued(t *testing.T, p *peer) {
	t.Helper()
	end := func(a net.Addr) string {
		ap := a.(*net.TCPAddr).AddrPort()
		ip := ap.Addr().Unmap().As4()
		return fmt.Sprintf("%08X:%04X", binary.NativeEndian.Uint32(ip[:]), ap.Port())
	}
	closed := regexp.MustCompile(end(p.RemoteAddr()) + " " + end(p.LocalAddr()) + " (09|0B) ") // proc(5), /proc/net/tcp
	var table []byte
	if await(func() bool { table, _ = os.ReadFile("/proc/net/tcp"); return closed.Match(table) }) != nil {
		t.Fatalf("no %s in\n%s", closed, table)
	}
}

// Nothing is left to write, so that no write fails: that bytes are lost is seen by asking only.
func TestATailThatIsResetBehindBothEndsIsNoSuccess(t *testing.T) {
	for _, args := range [][]string{{"connect"}, {"connect", "--digest", "sha256"}, {"relay", "--once"}, {"relay", "--once", "--hex=/dev/null"}} {
		t.Run(fmt.Sprint(args), func(t *testing.T) {
			h := newHost(t)
			h.keepsLittle()
			args = append(args, "-O", "1M")
			const size = 200 << 10
			var p *process
			if args[0] == "connect" {
				p = begin(t, fileOf(t, size), nil, append(args, h.addr())...)
			} else {
				var addr string
				p, addr = serving(t, nil, nil, append(args, "127.0.0.1:0", h.addr())...)
				client := dialPeer(t, addr)
				client.says(pattern(size))
				client.finishes()
			}
			c := h.client()
			c.finishes()
			awaitFINQueued(t, c)
			_ = c.Close() // with unread bytes: a reset
			p.wants(6, "reset after")
		})
	}
}

// Between a close and a dup2 of standard output, a client's socket could become it.
func TestTheNumberOfStandardOutputIsNeverFree(t *testing.T) {
	requirePeer(t, "strace")
	log := filepath.Join(t.TempDir(), "log")
	out, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	p := begin(t, fileOf(t, 10), func(c *exec.Cmd) {
		c.Stdout = out
		underStrace("-e", "trace=close,dup2,dup3", "-o", log)(c)
	}, "connect", "echo:")
	p.wants(0)
	calls, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(calls), "close(1)") || !regexp.MustCompile(`dup[23]\(\d+, 1[,)]`).Match(calls) {
		t.Errorf("%s", calls)
	}
}
