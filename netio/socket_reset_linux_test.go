package netio

import (
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
