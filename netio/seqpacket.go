package netio

import (
	"context"
	"errors"
	"io"
	"net"
)

// Sequenced packets: a Unix socket with connections, resets aside all that TCP
// has, and with boundaries (socket(2), SOCK_SEQPACKET).

type seqpacketDialer struct{ unixDialer }

func dialSeqpacket(a Address, o Options) (Dialer, error) {
	return &seqpacketDialer{unixDialer{addr: a, opts: o}}, nil
}

func (d *seqpacketDialer) Dial(ctx context.Context) (*End, error) {
	conn, err := d.connect(ctx, net.Dialer{}, "unixpacket")
	if err != nil {
		return nil, err
	}
	return seqpacketEnd(conn, d.addr.Text), nil
}

func seqpacketEnd(conn *net.UnixConn, name string) *End {
	e := socketEnd(conn, name)
	c := &seqpacketConn{conn, mostOfUnix(conn)}
	e.setConn(c, false)
	e.Datagram = c.most
	markEmptyPackets(conn)
	return e
}

// A seqpacketConn is a socket of sequenced packets as a Stream.
type seqpacketConn struct {
	*net.UnixConn
	most int
}

// Read gives one packet. recv(2) says 0 of an empty packet and of the end; what
// comes with a packet and not with the end tells them apart.
func (c *seqpacketConn) Read(p []byte) (int, error) {
	var mark [packetMark]byte
	n, marked, flags, _, err := c.ReadMsgUnix(p, mark[:])
	switch {
	case errors.Is(err, io.EOF) && marked > 0:
		return 0, nil
	case errors.Is(err, io.EOF):
		return 0, io.EOF
	case err == nil && flags&msgTruncated != 0:
		err = truncated(len(p))
	}
	return max(n, 0), err // recvmsg(2) says -1 beside an error
}

// Write sends one packet.
func (c *seqpacketConn) Write(p []byte) (int, error) {
	if len(p) > c.most {
		return 0, tooLarge(len(p), c.most)
	}
	n, _, err := c.WriteMsgUnix(p, nil, nil)
	return n, err
}

// listenSeqpacket binds a Unix socket of sequenced packets as listenUnix does.
func listenSeqpacket(ctx context.Context, a Address, o Options) (Listener, error) {
	l, err := listenUnixOf(ctx, "unixpacket", a, o)
	if err != nil {
		return nil, err
	}
	return &seqpacketListener{l}, nil
}

type seqpacketListener struct{ *unixListener }

func (l *seqpacketListener) Accept() (*End, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return seqpacketEnd(conn.(*net.UnixConn), l.name), nil
}

// Addr returns the socket's path as that of sequenced packets.
func (l *seqpacketListener) Addr() net.Addr {
	return &net.UnixAddr{Net: "unixpacket", Name: l.unixListener.Addr().String()}
}
