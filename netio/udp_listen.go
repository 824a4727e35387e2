package netio

import (
	"context"
	"net"
	"net/netip"
	"strconv"
	"syscall"
)

// listenUDP binds one address, both families' wildcard, or all the addresses
// that a name has.
func listenUDP(ctx context.Context, a Address, o Options) (Listener, error) {
	places, err := a.places(ctx, o)
	if err != nil {
		return nil, err
	}
	var sockets []sharedSocket
	err = onOnePort(a.Port, places, func(p place, port string) (string, error) {
		s, err := a.bindUDP(ctx, o, p, port)
		if err != nil {
			return "", err
		}
		sockets = append(sockets, s)
		return strconv.Itoa(int(s.bound.Port())), nil
	}, func() {
		for _, s := range sockets {
			_ = s.Close()
		}
		sockets = nil
	})
	if err != nil {
		return nil, err
	}
	name := a.Text
	if a.Port == "0" {
		name = "udp:" + sockets[0].Addr().String() // the user's word says nothing of it
	}
	return newPeerTable(name, sockets, o), nil
}

func (a Address) bindUDP(ctx context.Context, o Options, p place, port string) (*udpSocket, error) {
	host, err := netip.ParseAddr(p.host)
	wildcard := err != nil || host.IsUnspecified()
	v6 := false
	lc := net.ListenConfig{Control: func(network, _ string, raw syscall.RawConn) error {
		v6 = network == "udp6"
		if wildcard {
			if err := raw.Control(func(fd uintptr) { _ = tellDestination(fd, v6) }); err != nil { // without it the system chooses
				return err
			}
		}
		return o.Socket.apply(network, raw, true)
	}}
	conn, err := lc.ListenPacket(ctx, "udp"+p.family, net.JoinHostPort(p.host, port))
	if err != nil {
		return nil, bindError(a.Text, p.host, port, "u", err)
	}
	s := &udpSocket{UDPConn: conn.(*net.UDPConn), v6: v6, wildcard: wildcard}
	s.bound = s.LocalAddr().(*net.UDPAddr).AddrPort()
	if wildcard {
		s.control = make([]byte, controlRoom)
	}
	return s, nil
}

// A udpSocket is a bound UDP socket that its peers share.
type udpSocket struct {
	*net.UDPConn
	bound    netip.AddrPort
	v6       bool
	wildcard bool   // it has several addresses, and every datagram tells which it came to
	control  []byte // room for that
}

func (s *udpSocket) receive(p []byte) (int, origin, error) {
	n, controls, flags, from, err := s.ReadMsgUDPAddrPort(p, s.control)
	if err == nil && flags&msgTruncated != 0 {
		err = truncated(len(p))
	}
	return n, origin{udp: from, local: cameTo(s.control[:controls])}, err
}

// send answers from the address that the peer knows: any other is a stranger's to it.
func (s *udpSocket) send(p []byte, to *peer) error {
	_, _, err := s.WriteMsgUDPAddrPort(p, to.control, to.key.from.udp)
	return err
}

// connect: the kernel would choose the address that answers go out from, and takes
// no datagrams to another any more.
func (s *udpSocket) connect(to origin) error {
	if s.wildcard && to.local.IsValid() && sourceTo(to.udp) != to.local {
		return syscall.EADDRNOTAVAIL
	}
	raw, err := s.SyscallConn()
	if err != nil {
		return err
	}
	if e := raw.Control(func(fd uintptr) { err = connectUDP(fd, to.udp, s.v6) }); e != nil {
		return e
	}
	return err
}

// sourceTo is the address that the system chooses to send from.
func sourceTo(to netip.AddrPort) netip.Addr {
	conn, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(to)) // sends nothing
	if err != nil {
		return netip.Addr{}
	}
	defer conn.Close()
	return conn.LocalAddr().(*net.UDPAddr).AddrPort().Addr().Unmap().WithZone("")
}

func (s *udpSocket) know(from origin) particulars {
	p := particulars{name: netip.AddrPortFrom(from.udp.Addr().Unmap(), from.udp.Port()).String(), local: s.LocalAddr(),
		most: mostOf(from.udp.Addr()), control: answerFrom(from.local)}
	if from.local.IsValid() {
		p.local = net.UDPAddrFromAddrPort(netip.AddrPortFrom(from.local, s.bound.Port()))
	}
	return p
}

// Addr is where the socket is bound.
func (s *udpSocket) Addr() net.Addr { return s.LocalAddr() }
