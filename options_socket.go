package main

import (
	"strconv"
	"strings"
	"time"

	"fid/modes"
	"fid/netio"
)

// socketOptions reads what is asked of the sockets themselves.
func (v *values) socketOptions() netio.SocketOptions {
	o := netio.SocketOptions{
		RecvBuffer: v.size("recv-buffer", 0, 1, maxSocketBuffer),
		SendBuffer: v.size("send-buffer", 0, 1, maxSocketBuffer),
		TTL:        v.number("ttl", 0, 1, 255),
		MinTTL:     v.number("min-ttl", 0, 1, 255),
		KeepAlive:  v.keepAlive(),
		Nagle:      v.is("nagle"),
		Device:     v.c.String("device"),
	}
	if v.is("tos") {
		tos, err := parseTOS(v.c.String("tos"))
		if err != nil {
			v.fail(netio.Usagef("", "-T %s: %s", shown(v.c.String("tos")), err))
		}
		o.TOS = tos
	}
	if v.is("device") && (o.Device == "" || len(o.Device) >= maxInterfaceName) {
		v.fail(netio.Usagef("", "--device %s: not the name of an interface", shown(o.Device)))
	}
	return o
}

const (
	maxSocketBuffer  = 1e9                 // of a number that is a C int for the kernel, which doubles it
	maxInterfaceName = 256                 // the longest of the systems (Windows), with its NUL
	maxKeepAlive     = 32767 * time.Second // tcp(7): MAX_TCP_KEEPIDLE
)

// keepAlive reads --keepalive: whole seconds, rounded up; 0 is off.
func (v *values) keepAlive() time.Duration {
	if !v.is("keepalive") {
		return 0
	}
	d := v.duration("keepalive")
	switch {
	case d == 0:
		return -1
	case d > maxKeepAlive:
		v.fail(netio.Usagef("", "--keepalive %s: at most %d s is meant", shown(v.c.String("keepalive")), maxKeepAlive/time.Second))
	}
	return (d + time.Second - 1).Truncate(time.Second)
}

// parseTOS reads a keyword of nc's, the name of a differentiated service, or the number
// of all eight bits.
func parseTOS(s string) (int, error) {
	const meant = parseError("lowdelay, throughput, reliability, af11 to af43, cs0 to cs7, ef, le, or a number from 0 to 255 is meant")
	for _, word := range tosWords() {
		if strings.EqualFold(word.name, s) {
			return word.tos, nil
		}
	}
	digits, base := s, 10
	if hex, found := strings.CutPrefix(s, "0x"); found {
		digits, base = hex, 16
	} else if len(s) > 1 && s[0] == '0' { // octal to nc
		return 0, meant
	}
	n, err := strconv.ParseUint(digits, base, 8)
	if err != nil {
		return 0, meant
	}
	return int(n), nil
}

// A tosWord is a name for -T.
type tosWord struct {
	name string
	tos  int
}

func tosWords() []tosWord {
	words := []tosWord{{"lowdelay", 0x10}, {"throughput", 0x08}, {"reliability", 0x04}, {"lowcost", 0x02}, // RFC 1349
		{"critical", 0xa0}, {"inetcontrol", 0xc0}, {"netcontrol", 0xe0}, // RFC 791's precedence
		{"ef", 46 << 2}, {"le", 1 << 2}} // RFCs 3246, 8622
	for class := range 8 {
		words = append(words, tosWord{"cs" + strconv.Itoa(class), class << 5}) // RFC 2474
	}
	for class := 1; class <= 4; class++ {
		for drop := 1; drop <= 3; drop++ {
			words = append(words, tosWord{"af" + strconv.Itoa(class) + strconv.Itoa(drop), class<<5 | drop<<3}) // RFC 2597
		}
	}
	return words
}

// endsOf are the addresses whose sockets the options are of.
func endsOf(m runner) []netio.Address {
	switch m := m.(type) {
	case modes.Connect:
		return []netio.Address{m.Address}
	case modes.Check:
		return []netio.Address{m.Address}
	case modes.Probe:
		return m.Addresses
	case modes.Ping:
		return []netio.Address{m.Address}
	case modes.Listen:
		return []netio.Address{m.Address}
	case modes.EchoServer:
		return []netio.Address{m.Address}
	case modes.Relay:
		return []netio.Address{m.Address, m.Target}
	}
	return nil
}
