package netio

import (
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// An Address is what the user typed for one end, taken apart.
type Address struct {
	Text    string            // as it was typed, for messages
	Scheme  string            // a name of Schemes
	Host    string            // a name or an address without brackets; empty is every address
	Port    string            // decimal
	Path    string            // of a file or a Unix socket; of a command its line
	Shell   bool              // the line is one for the shell (-c)
	Options map[string]string // from ",key=value"
}

// A Role is what an address is used for.
type Role int

// The roles.
const (
	ToDial Role = iota
	ToListen
)

// ParseAddress reads one word: "PORT" (to listen only), "HOST:PORT",
// "[v6]:PORT" or "scheme:rest". What is ambiguous is refused with a hint.
func ParseAddress(word string, role Role) (Address, error) {
	scheme, rest, err := splitScheme(word)
	if err != nil {
		return Address{}, err
	}
	a := Address{Text: cutAt(word, maxText), Scheme: scheme.Name}
	if scheme.Rest == RestNone {
		return a, nil
	}
	if rest, a.Options, err = splitOptions(rest, scheme); err != nil {
		return a, err
	}
	if err := a.checkOptions(role); err != nil {
		return a, err
	}
	if scheme.Rest == RestPath {
		a.Path = rest
		return a, a.checkPath(scheme)
	}
	inner, isURL := strings.CutPrefix(rest, "//")
	if isURL && strings.ContainsAny(inner, "/?#@") {
		return a, Usagef(Typable(schemeHint(scheme.Name, inner)), "%s is not an address", cut(withoutLogin(word)))
	}
	return a, a.parseHostPort(inner, role)
}

// checkPath refuses a path before anything is opened.
func (a Address) checkPath(scheme Scheme) error {
	switch {
	case a.Scheme == "exec":
		return a.checkCommand()
	case a.Path == "":
		return Usagef(scheme.Usage, "%s: no path", cut(a.Text))
	case a.isUnix():
		return a.checkUnixPath()
	}
	return nil
}

// ParseHostPort reads "HOST PORT" as two words: the host is never a scheme, and
// IPv6 needs no brackets.
func ParseHostPort(host, port string, role Role) (Address, error) {
	a := Address{Text: cutAt(JoinText(host, port), maxText), Scheme: "tcp", Host: host}
	if inner := strings.TrimSuffix(strings.TrimPrefix(host, "["), "]"); len(inner) == len(host)-2 && isIPv6(inner) {
		a.Host = inner
	}
	if _, err := netip.ParseAddr(a.Host); err != nil && (strings.ContainsAny(host, `:/\`) || strings.HasPrefix(host, "[")) {
		return a, notAHost(host, port)
	}
	if err := foreign(port); err != nil {
		return a, err
	}
	if isNumber(host) && !isNumber(port) {
		if _, err := ParseAddress(port, ToDial); err == nil {
			return a, Usagef(Typable("fid relay "+host+" "+port), "%s %s: one HOST and one PORT; two addresses are for relay", cut(host), cut(port))
		}
		return a, Usagef(Typable(port+" "+host), "%s %s: the host comes first", cut(host), cut(port))
	}
	return a, a.setHostPort(a.Host, port, role)
}

// notAHost refuses the first of two words, and looks for what was meant.
func notAHost(host, port string) error {
	scheme, rest, _ := strings.Cut(host, ":")
	hint := host // an address with its port: one word is enough
	switch inner := strings.Trim(host, "[]"); {
	case isIPv6(inner):
		hint = inner + " " + port
	case foreign(host) != nil:
		return foreign(host)
	case strings.HasPrefix(host, "["):
		hint = inner + " " + port
	case rest == "" && !isScheme(scheme):
		hint = scheme + " " + port
	case takesHost(scheme) && !strings.Contains(rest, ":"):
		hint = host + ":" + port
	}
	return Usagef(Typable(hint), "%s is not a host; an address is one word", cut(host))
}

// UnixAddress is the address of a Unix socket whose path is typed alone (-U), of
// datagrams where the user wants those (-u).
func UnixAddress(path string, datagrams bool) (Address, error) {
	a := Address{Text: cutAt(path, maxText), Scheme: "unix", Path: path}
	if datagrams {
		a.Scheme = "unix-dgram"
	}
	return a, a.checkPath(a.scheme())
}

// Over returns the address with another scheme, that of flag, where a host and a
// port were typed without one.
func (a Address) Over(scheme, flag string) (Address, error) {
	switch {
	case a.Scheme == scheme:
		return a, nil
	case a.Scheme != "tcp" || strings.HasPrefix(a.Text, "tcp:"):
		return a, Usagef("", "%s and %s exclude each other", flag, cut(a.Text))
	}
	a.Scheme = scheme
	return a, nil
}

// Endpoint is the address's host and port in one word, without its scheme.
func (a Address) Endpoint() string { return JoinText(a.Host, a.Port) }

// JoinText writes a host and a port as one word that can be typed.
func JoinText(host, port string) string {
	if strings.Contains(host, ":") && !strings.HasPrefix(host, "[") {
		return "[" + host + "]:" + port
	}
	return host + ":" + port
}

func splitScheme(word string) (Scheme, string, error) {
	schemes := Schemes()
	tcp := schemes[0]
	name, rest, found := strings.Cut(word, ":")
	if found {
		for _, s := range schemes {
			if s.Name == name && (s.Rest != RestNone || rest == "") {
				return s, rest, nil
			}
		}
	}
	if found && slices.Contains(laterSchemes(), name) {
		return tcp, "", Usagef("", "%s: is not in this version of fid", name)
	}
	return tcp, word, foreign(word)
}

func (a *Address) parseHostPort(rest string, role Role) error {
	prefix := "" // "tcp:" where it was typed
	if strings.HasPrefix(a.Text, a.Scheme+":") {
		prefix = a.Scheme + ":"
	}
	switch {
	case rest == "" && role == ToListen:
		return Usagef("", "%q: no port", cut(a.Text))
	case rest == "":
		return Usagef(prefix+"HOST:PORT", "%q: no host and no port", cut(a.Text))
	case strings.HasPrefix(rest, "["):
		return a.parseBracketed(prefix, rest, role)
	case strings.Count(rest, ":") > 1:
		return Usagef(Typable(bracketHint(prefix, rest)), "%s: where the port begins is not clear", cut(a.Text))
	case strings.HasPrefix(rest, ":") && role == ToListen:
		return Usagef(Typable(prefix+rest[1:]), "%q: no host before the port", cut(a.Text))
	case strings.HasPrefix(rest, ":"):
		return Usagef(Typable(prefix+"localhost"+rest), "%q: no host before the port", cut(a.Text))
	case isNumber(rest) && role == ToDial:
		return Usagef(Typable(prefix+"localhost:"+rest), "%s: no host", cut(a.Text))
	case !strings.Contains(rest, ":") && role == ToListen:
		return a.setPort(rest, role)
	case !strings.Contains(rest, ":") && a.isUDP():
		return Usagef(Typable(prefix+rest+":PORT"), "%s: no port", cut(a.Text))
	case !strings.Contains(rest, ":"):
		if prefix != "" {
			return Usagef(Typable(prefix+rest+":PORT"), "%s: no port", cut(a.Text))
		}
		return Usagef(Typable(rest+" PORT  or  "+rest+":PORT"), "%s: no port", cut(a.Text))
	}
	host, port, _ := strings.Cut(rest, ":")
	return a.setHostPort(host, port, role)
}

// parseBracketed reads "[v6]:PORT".
func (a *Address) parseBracketed(prefix, rest string, role Role) error {
	host, port, found := strings.Cut(rest[1:], "]:")
	if !found {
		inner, _, _ := strings.Cut(rest[1:], "]")
		return Usagef(Typable(bracketHint(prefix, inner)), "%s: no ]:PORT after the IPv6 address", cut(a.Text))
	}
	if !isIPv6(host) {
		return Usagef(Typable(prefix+host+":"+port), "%s: [%s] is not an IPv6 address", cut(a.Text), cut(host))
	}
	return a.setHostPort(host, port, role)
}

func (a *Address) setHostPort(host, port string, role Role) error {
	a.Host = host
	if err := a.checkHost(); err != nil {
		return err
	}
	return a.setPort(port, role)
}

// checkHost refuses what cannot be a host before any name server is asked.
func (a *Address) checkHost() error {
	bad := func(what string) error { return &Error{Kind: KindName, Addr: cut(a.Text), What: what} }
	switch {
	case a.Host == "":
		return Usagef("", "%q: the host is empty", cut(a.Text))
	case len(a.Host) > 253: // RFC 1035, section 2.3.4
		return bad("a host name has at most 253 characters")
	}
	if ip, err := netip.ParseAddr(a.Host); err == nil {
		return a.checkZone(ip)
	}
	labels := strings.Split(strings.TrimSuffix(a.Host, "."), ".")
	if last := strings.ToLower(labels[len(labels)-1]); isNumber(last) || isHexNumber(last) {
		// Other tools take 127.1 and 0177.0.0.1 for 127.0.0.1 (CVE-2021-29923).
		return Usagef("", "%s is not an IPv4 address; four decimal numbers make one", cut(a.Host))
	}
	for _, label := range labels {
		if len(label) == 0 || len(label) > 63 {
			return bad("not a host name")
		}
		if strings.ContainsFunc(label, func(r rune) bool { return r <= ' ' || r == 0x7f || strings.ContainsRune(`[]:/\%@,"'`, r) }) {
			return bad("a host name has no such characters")
		}
	}
	return nil
}

func (a *Address) checkZone(ip netip.Addr) error {
	if ip.Zone() == "" {
		return nil
	}
	if _, err := net.InterfaceByName(ip.Zone()); err == nil {
		return nil
	}
	if n, err := strconv.Atoi(ip.Zone()); err == nil {
		if _, err := net.InterfaceByIndex(n); err == nil {
			return nil
		}
	}
	return Usagef("", "%s: no interface %s on this host", cut(a.Text), cut(ip.Zone()))
}

// cut shortens what is said back to the user.
func cut(s string) string { return cutAt(s, 80) }

// maxText is room for the longest host and port, and for the longest path of a
// Unix socket: an endpoint that can be reached is said back as it was typed.
const maxText = 320

func cutAt(s string, most int) string {
	if len(s) > most {
		return s[:most-3] + "..."
	}
	return s
}

// Typable returns a hint of what to type, or none where it was made of something
// that nobody meant to type.
func Typable(hint string) string {
	if len(hint) > 200 || !utf8.ValidString(hint) || strings.ContainsFunc(hint, func(r rune) bool { return !strconv.IsPrint(r) }) {
		return ""
	}
	return hint
}
