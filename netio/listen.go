package netio

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strconv"
	"sync"
	"syscall"
)

// portTries is how often a free port is looked for that all addresses of a
// name can have.
const portTries = 16

// listenTCP binds one address, both families' wildcard, or all the addresses
// that a name has.
func listenTCP(ctx context.Context, a Address, o Options) (Listener, error) {
	family, err := a.family(o)
	if err != nil {
		return nil, err
	}
	// Go's "tcp" on 0.0.0.0 is [::], so the network is always spelled out.
	ip, err := netip.ParseAddr(a.Host)
	if a.Host == "" || err == nil && ip == netip.IPv6Unspecified() && family == "" {
		host := map[string]string{"": "", "4": "0.0.0.0", "6": "::"}[family]
		return a.bind(ctx, o, "tcp"+family, []string{host})
	}
	ips, err := a.resolve(ctx, o)
	if err != nil {
		return nil, err
	}
	var hosts []string
	for _, ip := range ips {
		hosts = append(hosts, ip.String())
	}
	return a.bind(ctx, o, "", hosts)
}

func networkOf(ip netip.Addr) string {
	if ip.Is4() {
		return "tcp4"
	}
	return "tcp6"
}

// bind listens on every host; an empty network is each one's own. With port 0
// the system picks a port for the first and the others get the same.
func (a Address) bind(ctx context.Context, o Options, network string, hosts []string) (Listener, error) {
	for try := 1; ; try++ {
		bound := &listeners{ends: make(chan accepted), closed: make(chan struct{})}
		port := a.Port
		for _, host := range hosts {
			l, err := a.bindOne(ctx, o, network, host, port)
			if err != nil {
				_ = bound.Close()
				if a.Port == "0" && port != "0" && try < portTries {
					break
				}
				return nil, err
			}
			bound.all = append(bound.all, l)
			port = strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
		}
		if len(bound.all) == 1 {
			return bound.all[0], nil
		}
		if len(bound.all) == len(hosts) {
			return bound, nil
		}
	}
}

func (a Address) bindOne(ctx context.Context, o Options, network, host, port string) (*listener, error) {
	if network == "" {
		network = networkOf(netip.MustParseAddr(host))
	}
	family := network // the socket's own: "tcp" can be either
	lc := net.ListenConfig{Control: func(network, address string, raw syscall.RawConn) error {
		family = network
		if err := o.control(network, address, raw); err != nil {
			return err
		}
		return o.Socket.inherit(raw)
	}}
	lc.SetMultipathTCP(false) // a tenth fewer connections a second with it
	l, err := lc.Listen(ctx, network, net.JoinHostPort(host, port))
	if err != nil {
		return nil, bindError(a.Text, host, port, err)
	}
	if o.asked() != nil {
		o.noteShort(a.Text, l.(syscall.Conn))
	}
	name := a.Text
	if a.Port == "0" {
		name = l.Addr().String() // the user's word says nothing of it
	}
	return &listener{l, name, family, o.asked()}, nil
}

func bindError(text, host, port string, err error) error {
	var mine *Error
	if errors.As(err, &mine) { // a socket option
		return &Error{Kind: mine.Kind, Addr: text, What: mine.What, Err: err}
	}
	kind, what := describe(err)
	e := &Error{Kind: KindBind, Addr: text, What: "cannot bind: " + what, Err: err}
	if host != "" && JoinText(host, port) != text && text != port {
		e.What = "cannot bind " + JoinText(host, port) + ": " + what
	}
	if kind == KindBind && what == "in use" {
		e.Hint = "see who: ss -ltnp 'sport = :" + port + "'"
	}
	if ip, parseErr := netip.ParseAddr(host); parseErr == nil && isZoneless(ip) {
		e.Hint = zoneHint(ip, port)
	}
	return e
}

// A listener accepts on one socket.
type listener struct {
	net.Listener
	name    string
	network string         // "tcp4", "tcp6" or "unix"
	asked   *SocketOptions // nil: nothing
}

func (l *listener) Accept() (*End, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	end := socketEnd(conn, l.name)
	if l.asked != nil {
		err = l.asked.accepted(l.network, end.Sock, conn)
	}
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	return end, nil
}

// listeners accept on several sockets, the addresses of one name.
type listeners struct {
	all     []*listener
	ends    chan accepted
	closed  chan struct{}
	started sync.Once
	once    sync.Once
}

type accepted struct {
	end *End
	err error
}

func (l *listeners) start() {
	for _, one := range l.all {
		go func() {
			for {
				end, err := one.Accept()
				select {
				case l.ends <- accepted{end, err}:
				case <-l.closed:
					if err == nil {
						_ = end.Close()
					}
					return
				}
				if errors.Is(err, net.ErrClosed) {
					return
				}
			}
		}()
	}
}

// Accept returns the next end of any of the sockets.
func (l *listeners) Accept() (*End, error) {
	l.started.Do(l.start)
	select {
	case a := <-l.ends:
		return a.end, a.err
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Addr returns the first socket's address; the others have the same port.
func (l *listeners) Addr() net.Addr { return l.all[0].Addr() }

func (l *listeners) Close() error {
	l.once.Do(func() {
		close(l.closed)
		for _, one := range l.all {
			_ = one.Close()
		}
	})
	return nil
}
