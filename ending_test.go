//go:build unix

package main

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"testing"
	"time"
)

// The tests of the table of endings, row by row; docs/design.md has the table.

func TestReplyIsReadHoweverLateItComesAfterTheInputsEnd(t *testing.T) {
	h := newHost(t)
	p := begin(t, fileOf(t, 1000), nil, "connect", h.addr())
	c := h.client()
	c.hears(pattern(1000))
	time.Sleep(600 * time.Millisecond) // socat's hidden timer would have cut it
	c.says([]byte("reply"))
	_ = c.Close()
	p.wants(0)
	if p.stdout.String() != "reply" {
		t.Errorf("stdout %q", p.stdout.String())
	}
}

func TestReceiverWithoutInputSendsNoFINBeforeAllIsWritten(t *testing.T) {
	for _, flags := range [][]string{{}, {"-d"}, {"--recv-only"}} {
		h := newHost(t)
		stdin, _ := pipe(t)
		if len(flags) == 0 {
			stdin = nil // /dev/null
		}
		p := begin(t, stdin, nil, append([]string{"connect", h.addr()}, flags...)...)
		c := h.client()
		c.says(pattern(100000))
		c.hearsNothing()
		c.says(pattern(100000))
		c.finishes()
		c.hears(nil)
		p.wants(0)
		if !bytes.Equal(p.stdout.Bytes(), append(pattern(100000), pattern(100000)...)) {
			t.Errorf("%v: %d bytes came", flags, p.stdout.Len())
		}
	}
}

func TestListenerWithoutInputSendsNoFINBeforeAllIsWritten(t *testing.T) {
	p, addr := serving(t, nil, nil, "listen", "127.0.0.1", "0")
	c := dialPeer(t, addr)
	c.says(pattern(100000))
	c.hearsNothing()
	c.finishes()
	c.hears(nil)
	p.wants(0, "listening on")
}

func TestHalfCloseFlagSendsTheFINOfAnAbsentInputAtOnce(t *testing.T) {
	h := newHost(t)
	p := begin(t, nil, nil, "connect", "-N", h.addr())
	c := h.client()
	c.hears(nil)
	c.says([]byte("answered"))
	_ = c.Close()
	p.wants(0)
}

func TestEmptyFileAndEmptyPipeSendTheirFINAtOnce(t *testing.T) {
	r, w := pipe(t)
	_ = w.Close()
	for _, stdin := range []*os.File{fileOf(t, 0), r} {
		h := newHost(t)
		p := begin(t, stdin, nil, "connect", h.addr())
		c := h.client()
		c.hears(nil)
		_ = c.Close()
		p.wants(0)
	}
}

func TestFileIsSentWholeThoughTheFarEndFinishedFirst(t *testing.T) {
	h := newHost(t)
	p := begin(t, fileOf(t, 3<<20), nil, "connect", h.addr())
	c := h.client()
	c.finishes()
	c.hears(pattern(3 << 20))
	p.wants(0)

	l, addr := serving(t, fileOf(t, 3<<20), nil, "listen", "127.0.0.1", "0")
	c = dialPeer(t, addr)
	c.finishes()
	c.hears(pattern(3 << 20))
	l.wants(0, "listening on")
}

func TestStandardOutputEndsWhenTheFarEndHasFinished(t *testing.T) {
	h := newHost(t)
	stdin, feed := pipe(t)
	r, w := pipe(t)
	p := begin(t, stdin, func(c *exec.Cmd) { c.Stdout = w }, "connect", h.addr())
	_ = w.Close()
	c := h.client()
	_, _ = feed.WriteString("asked")
	buf := make([]byte, 5)
	_, _ = io.ReadFull(c, buf)
	c.says([]byte("told"))
	c.finishes()
	got, err := io.ReadAll(r) // ends though fid goes on
	if string(got) != "told" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	_, _ = feed.WriteString("more")
	_ = feed.Close()
	c.hears([]byte("more"))
	p.wants(0)
}

func TestPipeThatNeverGaveAByteEndsWithTheFarEndAfterAReceive(t *testing.T) {
	h := newHost(t)
	stdin, _ := pipe(t) // held open by us, a parent that never closes it
	p := begin(t, stdin, nil, "connect", h.addr())
	c := h.client()
	c.says(pattern(200000))
	c.finishes()
	c.hears(nil)
	p.wants(0)
	if !bytes.Equal(p.stdout.Bytes(), pattern(200000)) {
		t.Errorf("%d bytes came", p.stdout.Len())
	}
}

func TestIdlePipeStaysUntilThePeerIsGone(t *testing.T) {
	h := newHost(t)
	stdin, feed := pipe(t)
	p := begin(t, stdin, nil, "connect", "-v", h.addr())
	c := h.client()
	_, _ = feed.WriteString("asked")
	_, _ = io.ReadFull(c, make([]byte, 5))
	c.finishes()
	c.hearsNothing() // no FIN: the input may still give something
	c.resets()       // what keepalive finds out of a process that is gone
	p.wants(0, "ended in order")
}

func TestHangupEndsAtTheFarEndsFIN(t *testing.T) {
	h := newHost(t)
	stdin, feed := pipe(t)
	p := begin(t, stdin, nil, "connect", "--hangup", h.addr())
	c := h.client()
	_, _ = feed.WriteString("asked")
	_, _ = io.ReadFull(c, make([]byte, 5))
	c.finishes()
	c.hears(nil)
	p.wants(0)
}

func TestQuestionWithoutAnAnswerIsSaid(t *testing.T) {
	h := newHost(t)
	p := begin(t, fileOf(t, 20), nil, "connect", "-v", h.addr())
	c := h.client()
	c.hears(pattern(20))
	_ = c.Close()
	p.wants(0, "closed without an answer; if one was due, try --no-half-close")
}

func TestResetAfterDataWritesWhatCameAndSaysReset(t *testing.T) {
	h := newHost(t)
	stdin, _ := pipe(t)
	r, w := pipe(t)
	p := begin(t, stdin, func(c *exec.Cmd) { c.Stdout = w }, "connect", h.addr())
	_ = w.Close()
	c := h.client()
	c.says(pattern(150000)) // more than the pipe holds: fid is blocked in its write
	awaitAcked(t, c)
	c.resets()
	got, _ := io.ReadAll(r)
	if !bytes.Equal(got, pattern(150000)) {
		t.Errorf("%d of 150000 bytes came", len(got))
	}
	p.wants(6, "reset after 0 B sent, 150.0 kB received")
}

func TestResetWhileListeningIsNoEnd(t *testing.T) {
	p, addr := serving(t, nil, nil, "listen", "127.0.0.1", "0")
	c := dialPeer(t, addr)
	c.says(pattern(1000))
	awaitAcked(t, c)
	c.resets()
	p.wants(6, "reset after 0 B sent, 1.0 kB received")
}

func TestResetWhileSendingSaysHowMuchWasTaken(t *testing.T) {
	h := newHost(t)
	p := begin(t, fileOf(t, 64<<20), nil, "connect", h.addr())
	c := h.client()
	_, _ = io.ReadFull(c, make([]byte, 20<<20))
	c.resets()
	p.wants(6, "of 67.1 MB sent; the far end did not take the rest")
}

func TestPeerThatClosesEarlyIsNoSuccess(t *testing.T) {
	h := newHost(t)
	p := begin(t, fileOf(t, 64<<20), nil, "connect", h.addr())
	c := h.client()
	_, _ = io.ReadFull(c, make([]byte, 1000))
	_ = c.Close() // FIN, then RST on what still comes
	p.wants(6, "reset after")
}

func TestFailingOutputIsAResetForTheSender(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("no /dev/full here")
	}
	defer full.Close()
	h := newHost(t)
	stdin, _ := pipe(t)
	p := begin(t, stdin, func(c *exec.Cmd) { c.Stdout = full }, "connect", h.addr())
	c := h.client()
	c.says(pattern(1000))
	c.hearsReset()
	p.wants(9, "standard output: no space left on device")
}

func TestDirectoryAsInputIsALocalFailure(t *testing.T) {
	h := newHost(t)
	dir, err := os.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()
	begin(t, dir, nil, "connect", h.addr()).wants(9, "standard input: is a directory")
	begin(t, dir, nil, "listen", "127.0.0.1:0").wants(9, "standard input: is a directory")
}

func TestInputOpenForWritingOnlyIsALocalFailure(t *testing.T) {
	h := newHost(t)
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	begin(t, null, nil, "connect", h.addr()).wants(9, "standard input: not open for reading")
}

func TestSenderWaitsUntilAllIsAcknowledged(t *testing.T) {
	h := newHost(t)
	p := begin(t, fileOf(t, 4<<20), nil, "connect", h.addr())
	c := h.client()
	c.finishes()
	select {
	case <-p.ended:
		t.Fatalf("fid ended before anybody has read: exit %d", p.code())
	case <-time.After(300 * time.Millisecond):
	}
	c.hears(pattern(4 << 20))
	p.wants(0)
}

func TestUnreadTailIsNoSuccess(t *testing.T) {
	h := newHost(t)
	p := begin(t, fileOf(t, 64<<20), nil, "connect", h.addr())
	c := h.client()
	c.finishes()
	_, _ = io.ReadFull(c, make([]byte, 1<<20))
	_ = c.Close() // unread bytes make it a reset
	p.wants(6, "reset after")
}

func TestKilledPeerOfAUnixSocketLooksLikeAnEnd(t *testing.T) {
	path := t.TempDir() + "/s"
	r, w := pipe(t)
	p, addr := serving(t, nil, func(c *exec.Cmd) { c.Stdout = w }, "listen", "unix:"+path)
	stdin, feed := pipe(t)
	q := begin(t, stdin, nil, "connect", addr)
	_, _ = feed.WriteString("half")
	_, _ = io.ReadFull(r, make([]byte, 4))
	_ = q.cmd.Process.Kill()
	p.wants(0) // a Unix socket has no reset
	if _, err := os.Lstat(path); err == nil {
		t.Error("the socket file is still there")
	}
}
