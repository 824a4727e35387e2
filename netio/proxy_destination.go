package netio

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// A destination is what a proxy is asked for.
type destination struct {
	name string     // host and port, for messages and for HTTP
	host string     // as it was typed
	ip   netip.Addr // of an address in numbers; not valid where the proxy gets a name
	port uint16
}

// maxName is the longest name that a proxy is sent: SOCKS 5 has one byte for its
// length (RFC 1928, section 5).
const maxName = 255

// destinations returns what p is asked for, to get to an address: more than one
// where its name is looked up here and has several addresses.
func (t *try) destinations(p Proxy, to Address) ([]destination, error) {
	if err := checkDestination(p, to); err != nil {
		return nil, err
	}
	scheme, _ := proxyScheme(p.Scheme)
	port, _ := strconv.ParseUint(to.Port, 10, 16) // checked by ParseAddress
	named := destination{name: JoinText(to.Host, to.Port), host: to.Host, port: uint16(port)}
	literal, err := netip.ParseAddr(to.Host)
	isLiteral := err == nil
	o := t.opts
	switch {
	case scheme.onlyIPv4 && (o.Family == "6" && scheme.looksUpHere || to.Scheme == "tcp6" || isLiteral && !literal.Unmap().Is4()):
		return nil, Usagef("", "%s: SOCKS 4 takes no IPv6 address (proxy %s)", cut(to.Text), p.At.Text)
	case scheme.onlyIPv4 && scheme.looksUpHere:
		o.Family = "4"
	case !isLiteral && !scheme.looksUpHere && !o.Numeric:
		if family, _ := to.family(Options{}); family != "" {
			return nil, Usagef("socks5:// has the name looked up here", "%s: the proxy looks the name up, in any family", cut(to.Text))
		}
		return []destination{named}, nil
	}
	begun := time.Now()
	ips, err := to.resolve(t.within, o)
	if err != nil {
		return nil, t.ended(err, to.Text, " to the look-up")
	}
	if !isLiteral {
		t.lookUp += time.Since(begun)
		o.step(to.Host, " is ", joinAddrs(ips))
	}
	all := make([]destination, len(ips))
	for i, ip := range ips {
		all[i] = named
		all[i].ip = ip
	}
	return all, nil
}

// checkDestination refuses what no proxy may be sent, whatever parsed it.
func checkDestination(p Proxy, to Address) error {
	ip, err := netip.ParseAddr(to.Host)
	switch {
	case err == nil && ip.Zone() != "":
		return Usagef("", "%s: an interface of this host means nothing to the proxy %s", cut(to.Text), p.At.Text)
	case to.Host == "" || len(to.Host) > maxName:
		return &Error{Kind: KindName, Addr: cut(to.Text), What: fmt.Sprintf("a proxy takes a name of 1 to %d characters", maxName)}
	case strings.ContainsFunc(to.Host, func(r rune) bool { return r <= ' ' || r == 0x7f }):
		return &Error{Kind: KindName, Addr: cut(to.Text), What: "a host name has no such characters"}
	}
	return nil
}
