package netio

import (
	"errors"
	"net"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// SocketOptions are what the command line asks of sockets. The zero SocketOptions
// leave everything as the system and fid have it.
type SocketOptions struct {
	RecvBuffer, SendBuffer int           // bytes (-I, -O); 0 is the system's choice
	TOS                    int           // the IPv4 type of service or IPv6 traffic class, 1 to 255 (-T); 0 is none
	TTL                    int           // what packets are sent with: TTL or hop limit, 1 to 255 (-M); 0 is the system's choice
	MinTTL                 int           // packets that come with less are thrown away (--min-ttl, RFC 5082); 0 is none
	KeepAlive              time.Duration // idle time and interval, whole seconds (--keepalive); below 0 is off, 0 as ever
	Nagle                  bool          // small writes may wait to be sent together (--nagle)
	Device                 string        // only through this interface (--device); empty is any
}

// A socketOption is one thing that is asked for.
type socketOption struct {
	flag  string // as the user typed it, with its value
	asked bool
	of    reach
	early bool // it is set before the socket is used or never: accepted sockets have it from their listener
	set   func(fd uintptr, ipv6 bool) error
}

// A reach is which sockets have an option.
type reach int

const (
	everySocket reach = iota
	ipSockets
	tcpSockets
)

// options are all, in the order in which they are set.
func (o *SocketOptions) options() []socketOption {
	number := func(flag string, n int) string { return flag + " " + strconv.Itoa(n) }
	return []socketOption{
		{"--device " + o.Device, o.Device != "", ipSockets, true, func(fd uintptr, ipv6 bool) error { return bindToDevice(fd, o.Device, ipv6) }},
		{number("-I", o.RecvBuffer), o.RecvBuffer > 0, everySocket, false, func(fd uintptr, _ bool) error { return setOption(fd, optionNames().recvBuffer, o.RecvBuffer) }},
		{number("-O", o.SendBuffer), o.SendBuffer > 0, everySocket, false, func(fd uintptr, _ bool) error { return setOption(fd, optionNames().sendBuffer, o.SendBuffer) }},
		{number("-T", o.TOS), o.TOS > 0, ipSockets, false, func(fd uintptr, ipv6 bool) error { return setTOS(fd, o.TOS, ipv6) }},
		{number("-M", o.TTL), o.TTL > 0, ipSockets, false, func(fd uintptr, ipv6 bool) error {
			return setBoth(fd, optionNames().ttl, optionNames().hops, o.TTL, ipv6)
		}},
		{number("--min-ttl", o.MinTTL), o.MinTTL > 0, ipSockets, false, func(fd uintptr, ipv6 bool) error {
			return setBoth(fd, optionNames().minTTL, optionNames().minHops, o.MinTTL, ipv6)
		}},
		{"--keepalive", o.KeepAlive != 0, tcpSockets, false, nil},
		{"--nagle", o.Nagle, tcpSockets, false, nil},
	}
}

// Refuse returns an error where something is asked for that this system or none of
// the ends has: a relay's client may have what its target has not.
func (o *SocketOptions) Refuse(ends ...Address) error {
	if *o == (SocketOptions{}) {
		return nil
	}
	here := optionNames()
	for _, lacking := range []struct {
		flag string
		is   bool
	}{
		{"--device", o.Device != "" && !canBindToDevice},
		{"--min-ttl", o.MinTTL > 0 && here.minTTL == option{}},
		{"-T", o.TOS > 0 && here.tos == option{}},
	} {
		if lacking.is {
			return Usagef("", "%s: %s", lacking.flag, errNotHere.What)
		}
	}
	for _, option := range o.options() {
		if !option.asked {
			continue
		}
		flag, _, _ := strings.Cut(option.flag, " ")
		var texts []string
		for _, a := range ends {
			if option.isOf(a.Scheme) {
				texts = nil
				break
			}
			texts = append(texts, cut(a.Text))
		}
		if len(texts) > 0 {
			return Usagef("", "%s has no meaning for %s", flag, strings.Join(texts, " and "))
		}
	}
	return nil
}

// isOf reports whether the sockets of a scheme or a network ("tcp4") have the option.
func (option socketOption) isOf(scheme string) bool {
	transport := strings.TrimRight(scheme, "46")
	switch {
	case transport == "file" || transport == "exec" || (Address{Scheme: scheme}).IsEmbedded():
		return false
	case strings.HasPrefix(transport, "unix"):
		return option.of == everySocket
	case transport == "udp":
		return option.of != tcpSockets
	}
	return true
}

// control is called with every socket before it is bound or connected. The linger is
// set first: what fails afterwards closes the socket, and the peer sees no end in order.
func (o *Options) control(network, address string, raw syscall.RawConn) error {
	if !strings.HasPrefix(network, "unix") { // they know no reset
		if err := controlLinger(network, address, raw); err != nil {
			return err
		}
	}
	return o.Socket.apply(network, raw, true)
}

// asked is what a socket of these options has to remember: nil where that is nothing.
func (o *Options) asked() *SocketOptions {
	if o.Socket == (SocketOptions{}) {
		return nil
	}
	return &o.Socket
}

// apply sets what is asked for on a socket of network ("tcp4", "udp6", "unix"). A
// socket that was accepted has the early ones from its listener, on every system; of
// the others not every system says so.
func (o *SocketOptions) apply(network string, raw syscall.RawConn, early bool) error {
	if o == nil || *o == (SocketOptions{}) {
		return nil
	}
	for _, option := range o.options() {
		if !option.asked || option.set == nil || option.early && !early || !option.isOf(network) {
			continue
		}
		var err error
		closed := raw.Control(func(fd uintptr) { err = option.set(fd, strings.HasSuffix(network, "6")) })
		if err = errors.Join(closed, err); err != nil {
			return optionError(option.flag, err)
		}
	}
	return nil
}

// optionError says which option could not be set, and why.
func optionError(flag string, err error) error {
	_, what := describe(err)
	switch {
	case errors.Is(err, errNoDevice):
		what = "no such interface"
	case errors.Is(err, errnoInvalid):
		what = "not a value that the system takes"
	case errors.Is(err, syscall.EPERM):
		what = "not permitted (it takes root, or on Linux CAP_NET_RAW)"
	}
	return &Error{Kind: KindOther, What: "cannot set " + flag + ": " + what, Err: err}
}

// accepted sets on an accepted socket what it may not have from its listener.
func (o *SocketOptions) accepted(network string, s *Socket, conn net.Conn) error {
	s.asked = o
	raw, err := s.conn.SyscallConn()
	if err == nil {
		err = o.apply(network, raw, false)
	}
	if err == nil {
		err = o.tune(conn)
	}
	return err
}

// tune sets what Go's own connections have otherwise, once they are connected.
func (o *SocketOptions) tune(conn net.Conn) error {
	tcp, ok := conn.(*net.TCPConn)
	if o == nil || !ok {
		return nil
	}
	if o.KeepAlive != 0 {
		if err := tcp.SetKeepAliveConfig(o.keepAlive()); err != nil {
			return optionError("--keepalive", err)
		}
	}
	if o.Nagle {
		if err := tcp.SetNoDelay(false); err != nil {
			return optionError("--nagle", err)
		}
	}
	return nil
}

// keepsAlive reports whether keepalive is what the user has asked for.
func (o *SocketOptions) keepsAlive() bool { return o != nil && o.KeepAlive != 0 }

// keepAlive is the configuration of --keepalive.
func (o *SocketOptions) keepAlive() net.KeepAliveConfig {
	if o.KeepAlive < 0 {
		return net.KeepAliveConfig{}
	}
	return net.KeepAliveConfig{Enable: true, Idle: o.KeepAlive, Interval: o.KeepAlive, Count: keepAliveCount}
}

// keepAliveCount is how many probes go unanswered before a connection is given up,
// as Go has it.
const keepAliveCount = 9

// setBoth sets an option that IPv4 and IPv6 have under two names. A socket of IPv6 may
// have IPv4 peers as well: where the system lets it, it gets both.
func setBoth(fd uintptr, v4, v6 option, value int, ipv6 bool) error {
	if !ipv6 {
		return setOption(fd, v4, value)
	}
	if err := setOption(fd, v6, value); err != nil {
		return err
	}
	_ = setOption(fd, v4, value)
	return nil
}

// setTOS sets the type of service, and looks whether it is what was asked for: of TCP
// some systems keep the two bits of ECN (RFC 3168) to themselves, without a word.
func setTOS(fd uintptr, tos int, ipv6 bool) error {
	names := optionNames()
	if err := setBoth(fd, names.tos, names.trafficClass, tos, ipv6); err != nil {
		return err
	}
	name := names.tos
	if ipv6 {
		name = names.trafficClass
	}
	if got, err := getOption(fd, name); err == nil && got != tos {
		return &Error{Kind: KindOther, What: "the system makes it " + strconv.Itoa(got) + " (the two lowest bits are ECN's)"}
	}
	return nil
}

// short tells which buffers have become smaller than what was asked for: a system
// gives less than it was asked for without a word.
func (o *SocketOptions) short(raw syscall.RawConn) (notes []string) {
	for _, b := range []struct {
		flag, limit string
		name        option
		asked       int
	}{{"-I", recvLimit, optionNames().recvBuffer, o.RecvBuffer}, {"-O", sendLimit, optionNames().sendBuffer, o.SendBuffer}} {
		got := 0
		_ = raw.Control(func(fd uintptr) { got, _ = getOption(fd, b.name) })
		if got /= bufferUnit; b.asked > 0 && got > 0 && got < b.asked {
			notes = append(notes, b.flag+": the system gives "+Bytes(int64(got))+" of "+Bytes(int64(b.asked))+b.limit)
		}
	}
	return notes
}

// noteShort tells what short has found.
func (o *Options) noteShort(addr string, conn syscall.Conn) {
	raw, err := conn.SyscallConn()
	if err != nil || o.Note == nil {
		return
	}
	for _, note := range o.Socket.short(raw) {
		o.Note(addr, note)
	}
}
