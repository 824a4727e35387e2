package netio

import (
	"errors"
	"syscall"
	"testing"
	"time"
)

// The clocks take a socket with something to read for one that is not silent.
func TestErrorThatWasToldIsNothingToReadAnyMore(t *testing.T) {
	far, err := dialText(t, "udp:"+closedUDP(t), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer far.Close()
	sayTo(t, far, nil)
	_ = far.Sock.SetDeadline(time.Now().Add(patience))
	if _, err := far.Read(make([]byte, 9)); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Fatal(err)
	}
	far.Sock.conn.(*udpConn).forgetErrors()
	if !far.isIdle() {
		t.Error("the socket still looks as if there was something to read")
	}
}
