package netio

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

type tcpDialer struct {
	addr  Address
	opts  Options
	noted sync.Once // notes of the socket options are told once

	parsed    sync.Once // see literal
	numeric   netip.AddrPort
	isNumeric bool
}

func dialTCP(a Address, o Options) (Dialer, error) {
	if len(o.Proxies) > 0 {
		entry := o.Bypass.entryFor(a)
		if entry == "" {
			return &proxyDialer{a, o.from(a)}, nil
		}
		o.step(a.Text, ": not through a proxy (", entry, ")")
	}
	return &tcpDialer{addr: a, opts: o.from(a)}, nil
}

// from has the source that the address itself names.
func (o Options) from(a Address) Options {
	if s := a.Options["source"]; s != "" {
		o.Source = s
	}
	if p := a.Options["source-port"]; p != "" {
		o.SourcePort = p
	}
	return o
}

// Dial looks the host up and races its addresses, all within Options.Timeout.
func (d *tcpDialer) Dial(ctx context.Context) (*End, error) {
	ctx, cancel := d.opts.limit(ctx, d.addr)
	defer cancel()
	begun := time.Now()
	ips, err := d.addr.resolve(ctx, d.opts)
	if err != nil {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		return nil, err
	}
	resolve := time.Since(begun)
	d.opts.step(d.addr.Host, " is ", joinAddrs(ips))
	dialer, err := d.dialer(ctx)
	if err != nil {
		return nil, err
	}
	port, _ := strconv.ParseUint(d.addr.Port, 10, 16) // checked by ParseAddress
	addrs := make([]netip.AddrPort, len(ips))
	for i, ip := range ips {
		addrs[i] = netip.AddrPortFrom(ip, uint16(port))
	}
	conn, attempts := race(ctx, addrs, dialer)
	if conn == nil {
		return nil, d.failure(ctx, attempts)
	}
	end := d.connected(conn)
	if d.opts.Timed {
		end.Timings = d.timings(begun, resolve, attempts)
	}
	return end, nil
}

// connected makes the End of a connection.
func (d *tcpDialer) connected(conn net.Conn) *End {
	end := socketEnd(conn, d.addr.Text)
	if end.Sock.asked = d.opts.asked(); end.Sock.asked != nil {
		d.noted.Do(func() { d.opts.noteShort(d.addr.Text, conn.(syscall.Conn)) })
	}
	return end
}

// sources returns the addresses and the port that were asked for to dial from.
func (d *tcpDialer) sources(ctx context.Context) (sources []netip.Addr, port uint16, err error) {
	if d.opts.SourcePort != "" {
		n, err := ParsePort(d.opts.SourcePort)
		if err != nil {
			return nil, 0, err
		}
		port = uint16(n)
	}
	if d.opts.Source != "" {
		source := Address{Text: d.opts.Source, Host: d.opts.Source, Scheme: d.addr.Scheme}
		if err = source.checkHost(); err == nil {
			sources, err = source.resolve(ctx, d.opts)
		}
	}
	return sources, port, err
}

// dialer returns what dials one address, from the source asked for.
func (d *tcpDialer) dialer(ctx context.Context) (func(context.Context, netip.AddrPort) (net.Conn, error), error) {
	sources, port, err := d.sources(ctx)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, to netip.AddrPort) (net.Conn, error) {
		nd := net.Dialer{Control: d.opts.control}
		nd.SetMultipathTCP(false)
		if d.opts.Source != "" || d.opts.SourcePort != "" {
			from, err := sourceFor(to.Addr(), sources, port)
			if err != nil {
				return nil, err
			}
			nd.LocalAddr = from
		}
		begin := time.Now()
		conn, err := nd.DialContext(ctx, "tcp", to.String())
		if err == nil {
			if err = d.opts.asked().tune(conn); err != nil {
				_ = conn.Close()
				conn = nil
			}
		}
		d.opts.step(to.String(), ": ", d.result(err), " after ", Seconds(time.Since(begin)))
		return conn, err
	}, nil
}

func (d *tcpDialer) result(err error) string {
	if err == nil {
		return "connected"
	}
	_, what := d.describe(err)
	return what
}

func joinAddrs(ips []netip.Addr) string {
	words := make([]string, len(ips))
	for i, ip := range ips {
		words[i] = ip.String()
	}
	return strings.Join(words, ", ")
}

// sourceFor picks the source of the same family as the address to dial.
func sourceFor(to netip.Addr, sources []netip.Addr, port uint16) (*net.TCPAddr, error) {
	if sources == nil {
		return &net.TCPAddr{Port: int(port)}, nil
	}
	for _, s := range sources {
		if s.Is4() == to.Is4() {
			return net.TCPAddrFromAddrPort(netip.AddrPortFrom(s, port)), nil
		}
	}
	return nil, &Error{Kind: KindUnreachable, What: "no source address of this family"}
}

// failure tells what came of every address that was tried.
func (d *tcpDialer) failure(ctx context.Context, attempts []attempt) error {
	if cause := context.Cause(ctx); cause != nil && !errors.Is(cause, context.DeadlineExceeded) {
		return cause // called off, not late
	}
	e := &Error{Addr: d.addr.Text}
	var each, addrs []string
	var what string
	same := true
	for _, a := range attempts {
		if !a.tried {
			continue
		}
		kind, w := d.describe(a.err)
		if e.Kind == 0 || precedes(kind, e.Kind) {
			e.Kind, e.Err = kind, a.err
		}
		same = same && (what == "" || what == w)
		what = w
		ip := a.addr.Addr().String()
		each, addrs = append(each, ip+": "+w), append(addrs, ip)
	}
	if e.Kind == KindTimeout && isLate(e.Err) {
		<-ctx.Done() // the dialer's own timer may be a moment ahead
		return d.late(ctx, addrs, attempts)
	}
	e.Tried, e.Attempts = addrs, d.told(attempts)
	switch {
	case same && (len(addrs) == 1 && addrs[0] == d.addr.Host || e.Kind == KindBind): // of our own address, not of those
		e.What = what
	case same:
		e.What = what + " (" + strings.Join(addrs, ", ") + ")"
	default:
		e.What = "no address answers (" + strings.Join(each, "; ") + ")"
	}
	if ip := attempts[0].addr.Addr(); isZoneless(ip) {
		e.Hint = zoneHint(ip, d.addr.Port)
	}
	return e
}

// isLate: the dialer's time ran out, not the kernel's patience (ETIMEDOUT).
func isLate(err error) bool {
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded)
}

// late is the cause of ctx with the addresses that did not answer.
func (d *tcpDialer) late(ctx context.Context, addrs []string, attempts []attempt) error {
	var e *Error
	if !errors.As(context.Cause(ctx), &e) {
		return context.Cause(ctx)
	}
	named := *e
	named.Attempts = d.told(attempts)
	if !(len(addrs) == 1 && addrs[0] == d.addr.Host) {
		named.What += "; tried " + strings.Join(addrs, ", ")
	}
	return &named
}

func (d *tcpDialer) describe(err error) (Kind, string) {
	kind, what := describe(err)
	if kind != KindBind {
		return kind, what
	}
	if d.opts.Source == "" && d.opts.SourcePort == "" {
		return KindUnreachable, "no way to this address"
	}
	source := d.opts.Source
	if d.opts.SourcePort != "" {
		source = strings.TrimPrefix(source+" port "+d.opts.SourcePort, " ")
	}
	return KindBind, "cannot bind the source " + source + ": " + what
}

// isZoneless: a link-local address that lacks its zone (RFC 4007, section 11).
func isZoneless(ip netip.Addr) bool {
	return ip.IsLinkLocalUnicast() && ip.Is6() && ip.Zone() == ""
}

func zoneHint(ip netip.Addr, port string) string {
	return "a link-local address needs its interface: " + JoinText(ip.String()+"%INTERFACE", port)
}

// precedes orders the kinds of several attempts: an answer tells more than silence.
func precedes(a, b Kind) bool {
	order := []Kind{KindReset, KindRefused, KindBind, KindTimeout, KindUnreachable, KindOther}
	for _, k := range order {
		if a == k || b == k {
			return a == k && b != k
		}
	}
	return false
}
