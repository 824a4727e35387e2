package netio

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"time"
)

// DefaultPeers is how many peers a listener of datagrams has at once, where
// nothing else is said: anybody can make one up.
const DefaultPeers = 1024

// An origin is where a datagram came from, and to which of our addresses.
type origin struct {
	udp   netip.AddrPort
	local netip.Addr // answers go out from it; not valid: from the one the system chooses
	path  string     // of a Unix socket; empty for one without a name
}

// A sharedSocket receives the datagrams of many peers.
type sharedSocket interface {
	receive(p []byte) (n int, from origin, err error)
	send(p []byte, to *peer) error // gives up when the peer is gone
	connect(to origin) error       // so that the kernel refuses everybody else
	know(from origin) particulars
	Addr() net.Addr
	Close() error
}

// A peerTable is a Listener: the first datagram of a peer is a client. Its
// sockets stay open for the sessions that run when it is closed.
type peerTable struct {
	sockets  []sharedSocket
	name     string
	most     int
	note     func(addr, what string) // may be nil
	accepted chan *peer
	done     chan struct{}

	mu    sync.Mutex
	peers map[peerKey]*peer // to whom a datagram goes
	live  int               // peers that are not closed, those waiting to be accepted too
	full  bool              // that there are too many has been said
	over  bool              // closed
}

type peerKey struct {
	socket sharedSocket
	from   origin
}

// newPeerTable begins to receive.
func newPeerTable(name string, sockets []sharedSocket, o Options) *peerTable {
	t := &peerTable{sockets: sockets, name: name, most: o.MaxPeers, note: o.Note,
		done: make(chan struct{}), peers: map[peerKey]*peer{}}
	if t.most == 0 {
		t.most = DefaultPeers
	}
	t.accepted = make(chan *peer, t.most)
	for _, s := range sockets {
		go t.receive(s)
	}
	return t
}

// receive hands out what comes to a socket until that is closed. A failed Read is
// no end: it may be an ICMP message about anybody (Windows), or a lack of memory.
func (t *peerTable) receive(s sharedSocket) {
	buf := make([]byte, maxBuffer)
	for failures := 0; ; {
		n, from, err := s.receive(buf)
		switch {
		case err == nil:
			failures = 0
			t.deliver(peerKey{s, from}, buf[:n])
		case errors.Is(err, net.ErrClosed):
			return
		default:
			if failures++; !t.failed(s, err) && failures > 1 {
				time.Sleep(min(minBackoff<<min(failures, 8), maxBackoff))
			}
		}
	}
}

// deliver gives a datagram to its peer, who may be new. No session holds up the
// others: what is too much for one is dropped, unless it is the only one there is
// and ever will be. Then it waits in the kernel.
func (t *peerTable) deliver(key peerKey, p []byte) {
	for to := t.find(key, p); to != nil; to = t.find(key, p) {
		switch to.mail.put(p) {
		case nil:
			return
		case errStopped:
			continue // it is not to be found any more
		}
		if !t.hasOne() {
			if to.mail.drop() {
				t.tell(Label(to.name) + "comes faster than it is taken; what is too much is dropped")
			}
			return
		}
		<-to.mail.room
	}
}

// find returns whose datagram it is; nil for a new peer, who has got it, and for
// one that there is no room for.
func (t *peerTable) find(key peerKey, p []byte) *peer {
	t.mu.Lock()
	defer t.mu.Unlock()
	if known := t.peers[key]; known != nil {
		return known
	}
	switch {
	case t.over:
	case t.live >= t.most:
		if !t.full {
			t.tell(fmt.Sprintf("%d peers at once (--max-conns): datagrams of others are dropped", t.most))
		}
		t.full = true
	default:
		m := newMailbox()
		_ = m.put(p) // there is room
		t.add(key, m)
	}
	return nil
}

// add makes a peer with its first mail.
func (t *peerTable) add(key peerKey, mail *mailbox) {
	one := &peer{particulars: key.socket.know(key.from), table: t, key: key, mail: mail, gone: make(chan struct{})}
	select {
	case t.accepted <- one:
		t.peers[key] = one
		t.live++
	default: // so many do not wait to be accepted
	}
}

// forget: what the peer sends from now on is another session's, and so is what
// this one has left unread when it had begun to read.
func (t *peerTable) forget(p *peer) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.remove(p)
	if rest := p.mail.stop(); len(rest) > 0 && !t.over && t.peers[p.key] == nil {
		m := newMailbox()
		m.buf = rest
		t.add(p.key, m)
	}
}

func (t *peerTable) remove(p *peer) {
	if t.peers[p.key] == p {
		delete(t.peers, p.key)
	}
}

func (t *peerTable) closed(p *peer) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.remove(p)
	p.mail.stop()
	t.live--
	t.full = false
	t.closeUnused()
}

func (t *peerTable) closeUnused() {
	if t.over && t.live == 0 {
		for _, s := range t.sockets {
			_ = s.Close()
		}
	}
}

// hasOne: nobody but one peer can have datagrams here.
func (t *peerTable) hasOne() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.over && t.live == 1
}

// failed tells a peer of a failed Read where there is one only. It reports
// whether it did.
func (t *peerTable) failed(s sharedSocket, err error) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.over && t.live == 1 {
		for key, p := range t.peers {
			if key.socket == s {
				p.mail.fail(err)
				return true
			}
		}
	}
	var mine *Error
	if errors.As(err, &mine) {
		t.tell(mine.What)
	}
	return false
}

func (t *peerTable) tell(what string) {
	if t.note != nil {
		t.note(t.name, what)
	}
}

// Accept returns the next new peer.
func (t *peerTable) Accept() (*End, error) {
	select {
	case p := <-t.accepted:
		return datagramEnd(p, t.name, p.name, p.most), nil
	case <-t.done:
		return nil, net.ErrClosed
	}
}

// Addr returns the first socket's address; the others have the same port.
func (t *peerTable) Addr() net.Addr { return t.sockets[0].Addr() }

// Close takes no new peers any more. Where one is left, it has the socket for
// itself, connected to it if the system can do that.
func (t *peerTable) Close() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.over {
		return net.ErrClosed
	}
	t.over = true
	close(t.done)
	for len(t.accepted) > 0 {
		t.remove(<-t.accepted)
		t.live--
	}
	if t.live == 1 {
		for key := range t.peers {
			_ = key.socket.connect(key.from) // where it cannot, others are not heard
		}
	}
	t.closeUnused()
	return nil
}
