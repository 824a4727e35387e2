package netio

import (
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"time"
)

// crypto/tls gives a close_notify 5 s to leave, and takes the connection for broken then.
func TestACloseNotifyWaitsForAPeerThatDoesNotRead(t *testing.T) {
	t.Parallel()
	var tlsRow row
	for _, r := range rows() {
		if r.name == "tls" {
			tlsRow = r
		}
	}
	far, peer := pair(t, tlsRow)
	conn := far.Sock.conn.(net.Conn)
	filled := int64(0)
	for piece := make([]byte, 64<<10); ; { // past TLS, until nothing more fits on the way
		_ = conn.SetWriteDeadline(time.Now().Add(100 * time.Millisecond))
		n, err := conn.Write(piece)
		filled += int64(n)
		if errors.Is(err, os.ErrDeadlineExceeded) && len(piece) == 1 {
			break
		}
		if errors.Is(err, os.ErrDeadlineExceeded) {
			piece, err = piece[:1], nil
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	_ = conn.SetWriteDeadline(time.Time{})
	if err := far.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(5500 * time.Millisecond) // it is this time that is tested
	read := make(chan int64, 1)
	go func() {
		n, _ := io.Copy(io.Discard, peer.Sock.conn)
		read <- n
	}()
	far.tls.awaitNotified()
	far.finished = true
	far.CloseInOrder()
	if n, goodbye := <-read, int64(far.Sock.goodbye.Load()); goodbye == 0 || n != filled+goodbye {
		t.Errorf("%d bytes came, want %d and a close_notify of %d", n, filled, goodbye)
	}
	_ = peer.Close()
}
