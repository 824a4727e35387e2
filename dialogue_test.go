package main

import (
	"bytes"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"

	"fid/netio"
)

// The tests of --send, --send-hex and --expect with running fids.

// hearsUntil reads up to and with the end of a request.
func (p *peer) hearsUntil(want string) {
	p.t.Helper()
	got := make([]byte, len(want))
	if n, err := io.ReadFull(p, got); err != nil || string(got) != want {
		p.t.Errorf("the peer heard %q and %v, want %q", got[:n], err, want)
	}
}

func TestServerThatAnswersOnlyInTurnAndClosesAtAFINIsAskedAll(t *testing.T) {
	h := newHost(t)
	p := begin(t, nil, nil, "--expect", "^220 ", "--send", `EHLO me\r\n`, "--expect", "^250 ", "--send", `QUIT\r\n`, "--expect", "^221", h.addr())
	c := h.client()
	for _, turn := range [][2]string{{"220 mail\r\n", "EHLO me\r\n"}, {"250-a\r\n250 b\r\n", "QUIT\r\n"}} {
		c.hearsNothing() // it does not speak out of turn, nor end
		c.says([]byte(turn[0]))
		c.hearsUntil(turn[1])
	}
	c.hearsNothing()
	c.says([]byte("221 bye\r\n"))
	c.hears(nil)
	p.wants(0)
	if !strings.HasPrefix(p.stdout.String(), "220 mail\r\n250-a\r\n250 b\r\n221") {
		t.Errorf("%q", p.stdout.String())
	}
}

func TestFailedDialogueSaysWhatWasSeenAndResets(t *testing.T) {
	for name, row := range map[string]struct {
		does  func(c *peer)
		words string
	}{
		"silence":      {func(c *peer) {}, `expected /imok/ (step 2 of 2), saw nothing within 100 ms (--idle-timeout)`},
		"wrong answer": {func(c *peer) { c.says([]byte("nope\n")) }, `expected /imok/ (step 2 of 2), saw "nope\n" within 100 ms (--idle-timeout)`},
		"early end":    {func(c *peer) { c.says([]byte("im")); c.finishes() }, `expected /imok/ (step 2 of 2), saw "im", then the far end closed`},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHost(t)
			p := begin(t, nil, nil, "connect", "--idle-timeout", "100ms", "--send", "ruok", "--expect", "imok", h.addr())
			c := h.client()
			c.hearsUntil("ruok")
			row.does(c)
			c.hearsReset()
			p.wants(12, "fid: "+h.addr()+": "+row.words)
		})
	}
	h := newHost(t)
	p := begin(t, nil, nil, "connect", "--send", "ruok", "--expect", "imok", h.addr())
	c := h.client()
	c.hearsUntil("ruok")
	c.resets()
	p.wants(12, `expected /imok/ (step 2 of 2), saw nothing, then: reset`)
}

func TestStandardInputIsLeftToOthersInADialogue(t *testing.T) {
	for _, args := range [][]string{{"connect"}, {"listen", "-k"}} {
		stdin, w := pipe(t)
		_, _ = w.WriteString("for somebody else")
		_ = w.Close()
		if args[0] == "connect" {
			begin(t, stdin, nil, "connect", "--send", "x", "--expect", "x", "echo:").wants(0)
		} else {
			p, addr := serving(t, stdin, nil, "listen", "-k", "--send", "x", "127.0.0.1:0")
			c := dialPeer(t, addr)
			c.hears([]byte("x"))
			_ = p.cmd.Process.Kill()
			p.code()
		}
		if rest, err := io.ReadAll(stdin); string(rest) != "for somebody else" || err != nil {
			t.Errorf("%v: %q, %v", args, rest, err)
		}
	}
}

func TestEachClientOfKeepOpenHasItsOwnDialogue(t *testing.T) {
	p, addr := serving(t, nil, nil, "listen", "-k", "--send", "name? ", "--expect", `^.*\n`, "--send", "hello\n", "127.0.0.1:0")
	first, second, bad := dialPeer(t, addr), dialPeer(t, addr), dialPeer(t, addr)
	for _, c := range []*peer{first, second, bad} {
		c.hearsUntil("name? ")
	}
	bad.says([]byte("half a line"))
	_ = bad.CloseWrite()
	bad.hearsReset()
	for _, c := range []*peer{second, first} {
		c.says([]byte("me\n"))
		c.hears([]byte("hello\n"))
		_ = c.Close()
	}
	if err := await(func() bool { return strings.Contains(p.stderr.String(), "closed") }); err != nil {
		t.Error(err)
	}
	select {
	case <-p.ended:
		t.Error("the run has ended with a session")
	default:
	}
	_ = p.cmd.Process.Kill()
	p.wants(137, bad.LocalAddr().String()+`: expected /^.*\n/ (step 2 of 3), saw "half a line", then the far end closed`)
}

func TestListenerFailsWithItsOneClientsDialogue(t *testing.T) {
	p, addr := serving(t, nil, nil, "listen", "--expect", "a", "127.0.0.1:0")
	c := dialPeer(t, addr)
	c.says([]byte("b"))
	c.finishes()
	c.hearsReset()
	p.wants(12, ": "+c.LocalAddr().String()+`: expected /a/ (step 1 of 1), saw "b", then the far end closed`)
}

func TestServerIsWaitedForBeforeADialogue(t *testing.T) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	_ = l.Close()
	p := begin(t, nil, nil, "connect", "-vv", "--wait", "30s", "--send", "ruok", "--expect", "imok", addr)
	if err := await(func() bool { return strings.Count(p.stderr.String(), "refused") >= 3 }); err != nil { // it has tried
		t.Error(err, p.stderr.String())
	}
	if l, err = net.Listen("tcp4", addr); err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	h := &host{t, l}
	c := h.client()
	c.hearsUntil("ruok")
	c.says([]byte("imok"))
	c.hears(nil)
	p.wants(0, "ended in order")
}

func TestFailureToWriteWhatComesIsTheDialoguesEnd(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip(err)
	}
	defer full.Close()
	h := newHost(t)
	p := begin(t, nil, func(c *exec.Cmd) { c.Stdout = full }, "connect", "--expect", "x", h.addr())
	c := h.client()
	c.says([]byte("x"))
	c.hearsReset()
	p.wants(9, "standard output: no space left on device")
}

func TestDialoguesThroughTLSAreThoseOfItsStream(t *testing.T) {
	p, addr := serving(t, nil, nil, "listen", "--tls", "--expect", "ruok", "--send", "imok", "127.0.0.1:0")
	c := begin(t, nil, nil, "connect", "--insecure", "--send", "ruok", "--expect", "imok", addr)
	c.wants(0)
	if code := p.code(); code != 0 || c.stdout.String() != "imok" || p.stdout.String() != "ruok" {
		t.Errorf("%d, %q, %q", code, c.stdout.String(), p.stdout.String())
	}
}

func TestDatagramOfADialogueThatNobodyWantsIsAFailedCheck(t *testing.T) {
	c, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := c.LocalAddr().String()
	_ = c.Close()
	begin(t, nil, nil, "-u", "--send-hex", "00", "--expect", ".", addr).wants(12, "expected /./ (step 2 of 2), saw nothing, then: refused (ICMP port unreachable)")
	begin(t, nil, nil, "-u", "--send", strings.Repeat("x", 70000), addr).wants(6, "a datagram of 70000 bytes does not fit (at most 65507)")
}

// What is typed for --send, and what a message shows of bytes, are the same.
func FuzzEscapes(f *testing.F) {
	for _, text := range []string{`a\r\n`, `\x00\xff`, `\\`, `\0\t`, `\`, `\x1`, "é\\q", "\xff\\n"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if sent, err := unescape(text); err == nil {
			again, err := unescape(netio.Escaped(sent))
			if err != nil || !bytes.Equal(again, sent) {
				t.Errorf("%q is %q, shown as %q, which is %q, %v", text, sent, netio.Escaped(sent), again, err)
			}
		} else if netio.KindOf(err) != netio.KindUsage {
			t.Errorf("%q: %v", text, err)
		}
		again, err := unescape(netio.Escaped([]byte(text)))
		if text != "" && (err != nil || string(again) != text) {
			t.Errorf("%q is shown as %q, which is %q, %v", text, netio.Escaped([]byte(text)), again, err)
		}
	})
}
