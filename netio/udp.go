package netio

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strconv"
	"syscall"
	"time"
)

// A udpDialer dials one address: who does not answer may have no answer to give,
// so there is nothing to race for.
type udpDialer struct{ *tcpDialer }

func dialUDP(a Address, o Options) (Dialer, error) {
	return &udpDialer{&tcpDialer{addr: a, opts: o.from(a)}}, nil
}

// Dial makes a socket connected to the first address of the host, in the order
// of the resolver, so that it hears of no one else and of ICMP's refusals. Nothing is sent.
func (d *udpDialer) Dial(ctx context.Context) (*End, error) {
	ctx, cancel := d.opts.limit(ctx, d.addr)
	defer cancel()
	begun := time.Now()
	to, err := d.target(ctx)
	if err != nil {
		return nil, err
	}
	tried := attempt{addr: to, tried: true, begun: time.Now()}
	conn, err := d.open(ctx, to)
	if err != nil {
		tried.err, tried.took = err, time.Since(tried.begun)
		return nil, d.failure(ctx, []attempt{tried})
	}
	d.opts.step(to.String(), ": sending from ", conn.LocalAddr().String())
	end := datagramEnd(conn, d.addr.Text, to.String(), conn.most)
	if d.opts.Timed { // nothing was asked of the address yet: there is no attempt to tell of
		end.Timings = &Timings{Begun: begun, Resolve: d.lookUp(tried.begun.Sub(begun))}
	}
	return end, nil
}

func (d *udpDialer) target(ctx context.Context) (netip.AddrPort, error) {
	ips, err := d.addr.resolve(ctx, d.opts)
	if err != nil {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return netip.AddrPort{}, err
	}
	d.opts.step(d.addr.Host, " is ", joinAddrs(ips))
	port, _ := strconv.ParseUint(d.addr.Port, 10, 16) // checked by ParseAddress
	return netip.AddrPortFrom(ips[0], uint16(port)), nil
}

// open connects the socket. Only to a group of hosts it does not: their answers
// come from addresses of their own.
func (d *udpDialer) open(ctx context.Context, to netip.AddrPort) (*udpConn, error) {
	sources, port, err := d.sources(ctx)
	if err != nil {
		return nil, err
	}
	nd := net.Dialer{Control: d.opts.controlUDP(false)}
	if d.opts.Source != "" || d.opts.SourcePort != "" {
		from, err := sourceFor(to.Addr(), sources, port)
		if err != nil {
			return nil, err
		}
		nd.LocalAddr = net.UDPAddrFromAddrPort(from.AddrPort())
	}
	if to.Addr().IsMulticast() {
		return d.openToGroup(ctx, nd.LocalAddr, to)
	}
	conn, err := nd.DialContext(ctx, "udp", to.String())
	switch {
	case err == nil:
		hearRefusals(conn.(syscall.Conn))
		return &udpConn{UDPConn: conn.(*net.UDPConn), most: mostOf(to.Addr())}, nil
	case !errors.Is(err, errnoAccess):
		return nil, err
	case d.opts.Broadcast:
		return d.openToGroup(ctx, nd.LocalAddr, to)
	}
	return nil, &Error{Kind: KindOther, What: "a broadcast address: -b allows it", Err: err}
}

// openToGroup makes a socket that sends to a group, and hears everybody.
func (d *udpDialer) openToGroup(ctx context.Context, from net.Addr, to netip.AddrPort) (*udpConn, error) {
	local := ""
	if from != nil {
		local = from.String()
	}
	lc := net.ListenConfig{Control: d.opts.controlUDP(true)}
	conn, err := lc.ListenPacket(ctx, "udp"+familyOf(to.Addr()), local)
	if err != nil {
		return nil, err
	}
	return &udpConn{UDPConn: conn.(*net.UDPConn), to: to, most: mostOf(to.Addr())}, nil
}

// controlUDP allows what is sent to go to a broadcast address, or not: Go does
// allow it. It also has the socket hear of hosts and networks that ICMP calls
// unreachable, where the system tells only of ports otherwise.
func (o *Options) controlUDP(broadcast bool) func(network, address string, raw syscall.RawConn) error {
	return func(network, _ string, raw syscall.RawConn) error {
		var err error
		if e := raw.Control(func(fd uintptr) { err = prepareUDP(fd, network == "udp6", broadcast) }); e != nil {
			return e
		}
		if err != nil {
			return err
		}
		return o.Socket.apply(network, raw, true)
	}
}

func mostOf(to netip.Addr) int {
	if to.Is4() || to.Is4In6() {
		return maxUDP
	}
	return maxUDP6
}

// A udpConn is a UDP socket as a Stream. It is connected, unless it sends to a group.
type udpConn struct {
	*net.UDPConn
	to   netip.AddrPort // the group; not valid where the socket is connected
	most int            // bytes of a datagram
}

// Read gives one datagram.
func (c *udpConn) Read(p []byte) (int, error) {
	for {
		n, _, flags, _, err := c.ReadMsgUDPAddrPort(p, nil)
		switch {
		case errors.Is(err, syscall.EMSGSIZE): // of one that was sent: see Write
			c.forgetErrors()
		case err == nil && flags&msgTruncated != 0:
			return n, truncated(len(p))
		default:
			return max(n, 0), err // recvmsg(2) says -1 beside an error
		}
	}
}

// Write sends one datagram. The kernel says EMSGSIZE once when it has learnt that
// a path takes less at a time than it thought, and sends in fragments from then on.
func (c *udpConn) Write(p []byte) (n int, err error) {
	if len(p) > c.most {
		return 0, tooLarge(len(p), c.most)
	}
	for range 2 {
		n, _, err = c.WriteMsgUDPAddrPort(p, nil, c.to)
		if !errors.Is(err, syscall.EMSGSIZE) {
			break
		}
		c.forgetErrors()
	}
	return n, err
}

// forgetErrors empties the queue of errors that have been told: while one is in
// there, poll(2) says that there is something to read.
func (c *udpConn) forgetErrors() {
	if raw, err := c.SyscallConn(); err == nil {
		_ = raw.Control(emptyErrorQueue)
	}
}

// CloseWrite does nothing: there is no way to say that no more is sent.
func (c *udpConn) CloseWrite() error { return nil }

// CloseRead does nothing: what is not read is dropped when the socket is closed.
func (c *udpConn) CloseRead() error { return nil }
