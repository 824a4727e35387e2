package netio

import (
	"io"
	"net"
	"syscall"
	"testing"
	"time"
)

// A watched socket has its state asked for only when ahead has come back.
type watched struct {
	sockConn
	ahead func(fd uintptr)
}

func (w watched) SyscallConn() (syscall.RawConn, error) {
	raw, err := w.sockConn.SyscallConn()
	return watchedRaw{raw, w.ahead}, err
}

type watchedRaw struct {
	syscall.RawConn
	ahead func(fd uintptr)
}

func (r watchedRaw) Control(ask func(fd uintptr)) error {
	return r.RawConn.Control(func(fd uintptr) {
		r.ahead(fd)
		ask(fd)
	})
}

// awaitDeath returns when the kernel has ended the connection, in order or not.
func awaitDeath(fd uintptr) {
	for begin := time.Now(); !connectionDead(fd) && time.Since(begin) < patience; time.Sleep(time.Millisecond) {
	}
}

func TestAnEndInOrderIsNoResetWhereOurFINGoesOutJustThen(t *testing.T) {
	far, peer := pair(t, rows()[0])
	peer.CloseInOrder()
	if n, err := far.Read(make([]byte, 1)); n != 0 || err == nil {
		t.Fatal(n, err)
	}
	conn := far.Sock.conn
	far.Sock.conn = watched{conn, func(fd uintptr) { // the other direction of the session is done just then
		far.Sock.finSent.Store(true)
		_ = conn.CloseWrite()
		awaitDeath(fd)
	}}
	if far.Sock.IsReset() {
		t.Error("taken for a reset")
	}
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
	if far.Sock.flushed() {
		t.Skip("the peer's kernel has taken all")
	}
	questions := 0
	far.Sock.conn = watched{far.Sock.conn, func(fd uintptr) {
		if questions++; questions == 3 { // between how much is unacknowledged and what state it is in
			_, _ = io.Copy(io.Discard, peer)
			peer.CloseInOrder()
			awaitDeath(fd)
		}
	}}
	if err := far.Sock.drain(); err != nil {
		t.Errorf("taken for a reset: %v", err)
	}
}
