package netio

import (
	"errors"
	"fmt"
	"net"
	"sync"
	"syscall"
	"time"
)

// A peer is one client of a socket that many share: what comes from its address
// is its mail, and what is written goes to that address. To the session it is a
// socket like others.
type peer struct {
	particulars
	table *peerTable
	key   peerKey
	mail  *mailbox
	gone  chan struct{} // closed by Close
	once  sync.Once
}

// particulars are what a socket knows of a peer.
type particulars struct {
	name    string // its address; empty where it has none
	local   net.Addr
	most    int    // bytes of a datagram to it
	control []byte // goes with every datagram to it
}

// Read gives one datagram.
func (p *peer) Read(b []byte) (int, error) { return p.mail.read(b) }

// Write sends one datagram.
func (p *peer) Write(b []byte) (int, error) {
	if len(b) > p.most {
		return 0, tooLarge(len(b), p.most)
	}
	if err := p.key.socket.send(b, p); err != nil {
		return 0, err
	}
	return len(b), nil
}

// CloseWrite does nothing: there is no way to say that no more is sent.
func (p *peer) CloseWrite() error { return nil }

// CloseRead does nothing: what was not read is dropped by Close.
func (p *peer) CloseRead() error { return nil }

// LocalAddr is where the peer's datagrams come to.
func (p *peer) LocalAddr() net.Addr { return p.local }

// SetDeadline does nothing: nobody bounds the Writes of an accepted end.
func (p *peer) SetDeadline(time.Time) error { return nil }

// SetReadDeadline only knows times that are past: reading is over then.
func (p *peer) SetReadDeadline(t time.Time) error {
	if !t.IsZero() && time.Until(t) < 0 {
		p.table.forget(p)
	}
	return nil
}

// SyscallConn: the descriptor is not the peer's.
func (p *peer) SyscallConn() (syscall.RawConn, error) { return nil, errors.ErrUnsupported }

// Close forgets the peer. The socket is closed with the last one of a listener
// that is closed.
func (p *peer) Close() error {
	p.once.Do(func() {
		close(p.gone)
		p.table.closed(p)
		if n := p.mail.lost(); n > 1 {
			p.table.tell(Label(p.name) + fmt.Sprintf("%d datagrams were dropped", n))
		}
	})
	return nil
}
