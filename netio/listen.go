package netio

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"runtime"
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
	places, err := a.places(ctx, o)
	if err != nil {
		return nil, err
	}
	return a.bind(ctx, o, places)
}

// A place is where to listen: a family, "4", "6" or "" for both, and a host.
type place struct{ family, host string }

// places are those of one address, of both families' wildcard, or of all the
// addresses that a name has. Go's "tcp" on 0.0.0.0 is [::], so the family is
// always spelled out.
func (a Address) places(ctx context.Context, o Options) ([]place, error) {
	family, err := a.family(o)
	if err != nil {
		return nil, err
	}
	ip, err := netip.ParseAddr(a.Host)
	if a.Host == "" || err == nil && ip == netip.IPv6Unspecified() && family == "" {
		return []place{{family, map[string]string{"": "", "4": "0.0.0.0", "6": "::"}[family]}}, nil
	}
	ips, err := a.resolve(ctx, o)
	var all []place
	for _, ip := range ips {
		all = append(all, place{familyOf(ip), ip.String()})
	}
	return all, err
}

func familyOf(ip netip.Addr) string {
	if ip.Is4() {
		return "4"
	}
	return "6"
}

// onOnePort has bind called for every place, with one port for all: with port 0
// the system picks it for the first, and all is undone and tried again where
// another cannot have it. bind returns the port that it got.
func onOnePort(port string, places []place, bind func(p place, port string) (string, error), undo func()) error {
	for try := 1; ; try++ {
		got := port
		for i, p := range places {
			bound, err := bind(p, got)
			if err != nil {
				undo()
				if i > 0 && port == "0" && try < portTries {
					break
				}
				return err
			}
			if got = bound; i == len(places)-1 {
				return nil
			}
		}
	}
}

// bind listens in every place.
func (a Address) bind(ctx context.Context, o Options, places []place) (Listener, error) {
	bound := &listeners{ends: make(chan accepted), closed: make(chan struct{})}
	err := onOnePort(a.Port, places, func(p place, port string) (string, error) {
		l, err := a.bindOne(ctx, o, "tcp"+p.family, p.host, port)
		if err != nil {
			return "", err
		}
		bound.all = append(bound.all, l)
		return strconv.Itoa(l.Addr().(*net.TCPAddr).Port), nil
	}, func() {
		for _, l := range bound.all {
			_ = l.Close()
		}
		bound.all = nil
	})
	switch {
	case err != nil:
		return nil, err
	case len(bound.all) == 1:
		return bound.all[0], nil
	}
	return bound, nil
}

func (a Address) bindOne(ctx context.Context, o Options, network, host, port string) (*listener, error) {
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
		return nil, bindError(a.Text, host, port, "t", err)
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

// bindError says why a socket cannot be bound; option is its kind, "t" or "u", to ss(8).
func bindError(text, host, port, option string, err error) error {
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
		e.Hint = "see who: " + whoHas(option, port)
	}
	if ip, parseErr := netip.ParseAddr(host); parseErr == nil && isZoneless(ip) {
		e.Hint = zoneHint(ip, port)
	}
	return e
}

// whoHas is the command that names the process which has a port.
func whoHas(option, port string) string {
	switch runtime.GOOS {
	case "linux":
		return "ss -l" + option + "np 'sport = :" + port + "'"
	case "windows":
		return "netstat -ano | findstr :" + port
	case "freebsd", "netbsd":
		return "sockstat -l -p " + port
	case "openbsd":
		return "fstat | grep :" + port
	}
	return "lsof -nP -i :" + port
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
	if !lingerInherited && end.Sock.tcp != nil {
		_ = end.Sock.tcp.SetLinger(0) // as controlLinger does; fails only on a connection that is no more
	}
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
