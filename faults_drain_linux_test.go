package main

import (
	"encoding/binary"
	"fmt"
	"net"
	"os"
	"regexp"
	"testing"
)

// awaitFINQueued waits until fid has closed its half of the connection to p: its socket is in
// LAST_ACK, though its last bytes and its FIN may still wait for room.
func awaitFINQueued(t *testing.T, p *peer) {
	t.Helper()
	end := func(a net.Addr) string {
		ap := a.(*net.TCPAddr).AddrPort()
		ip := ap.Addr().Unmap().As4()
		return fmt.Sprintf("%08X:%04X", binary.NativeEndian.Uint32(ip[:]), ap.Port())
	}
	lastAck := regexp.MustCompile(end(p.RemoteAddr()) + " " + end(p.LocalAddr()) + " 09 ") // proc(5), /proc/net/tcp
	var table []byte
	if await(func() bool { table, _ = os.ReadFile("/proc/net/tcp"); return lastAck.Match(table) }) != nil {
		t.Fatalf("no %s in\n%s", lastAck, table)
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
