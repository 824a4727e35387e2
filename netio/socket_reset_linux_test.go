package netio

import (
	"io"
	"net"
	"syscall"
	"testing"
	"time"
)

// A finishing socket ends our direction while its state is asked for, as the other
// direction of a session may.
type finishing struct {
	sockConn
	sock *Socket
}

func (f finishing) SyscallConn() (syscall.RawConn, error) {
	raw, err := f.sockConn.SyscallConn()
	return finishingRaw{raw, f}, err
}

type finishingRaw struct {
	syscall.RawConn
	of finishing
}

func (r finishingRaw) Control(ask func(fd uintptr)) error {
	r.of.sock.finSent.Store(true)
	if err := r.of.CloseWrite(); err != nil {
		return err
	}
	return r.RawConn.Control(func(fd uintptr) {
		for begin := time.Now(); !connectionDead(fd) && time.Since(begin) < patience; time.Sleep(time.Millisecond) {
		}
		ask(fd)
	})
}

func TestAnEndInOrderIsNoResetWhereOurFINGoesOutJustThen(t *testing.T) {
	far, peer := pair(t, rows()[0])
	peer.CloseInOrder()
	if n, err := far.Read(make([]byte, 1)); n != 0 || err == nil {
		t.Fatal(n, err)
	}
	far.Sock.conn = finishing{far.Sock.conn, far.Sock}
	if far.Sock.IsReset() {
		t.Error("taken for a reset")
	}
}

// A late socket has its third question answered when ahead has come back, and the connection
// has ended.
type late struct {
	sockConn
	asked *int
	ahead func()
}

func (l late) SyscallConn() (syscall.RawConn, error) {
	raw, err := l.sockConn.SyscallConn()
	return lateRaw{raw, l}, err
}

type lateRaw struct {
	syscall.RawConn
	of late
}

func (r lateRaw) Control(ask func(fd uintptr)) error {
	return r.RawConn.Control(func(fd uintptr) {
		if *r.of.asked++; *r.of.asked == 3 {
			r.of.ahead()
			for begin := time.Now(); !connectionDead(fd) && time.Since(begin) < patience; time.Sleep(time.Millisecond) {
			}
		}
		ask(fd)
	})
}

func TestAnEndInOrderIsNoResetWhereAllIsAcknowledgedJustThen(t *testing.T) {
	far, peer := pair(t, rows()[0])
	_ = peer.Sock.conn.(*net.TCPConn).SetReadBuffer(4096)
	if _, err := far.Write(make([]byte, 64<<10)); err != nil {
		t.Fatal(err)
	}
	far.Sock.finSent.Store(true)
	if err := far.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	far.Sock.conn = late{far.Sock.conn, new(int), func() {
		_, _ = io.Copy(io.Discard, peer)
		peer.CloseInOrder()
	}}
	if far.Sock.flushed() {
		t.Skip("the peer's kernel has taken all")
	}
	*far.Sock.conn.(late).asked = 0
	if err := far.Sock.drain(); err != nil {
		t.Errorf("taken for a reset: %v", err)
	}
}
