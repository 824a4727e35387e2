package netio

import (
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// An Address is what the user typed for one end, taken apart.
type Address struct {
	Text    string            // as it was typed, for messages
	Scheme  string            // a name of Schemes
	Host    string            // a name or an address without brackets; empty is every address
	Port    string            // decimal
	Path    string            // of a file or a Unix socket
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
	a := Address{Text: word, Scheme: scheme.Name}
	if scheme.Rest == RestNone {
		return a, nil
	}
	if rest, a.Options, err = splitOptions(rest, scheme); err != nil {
		return a, err
	}
	if scheme.Rest == RestPath {
		a.Path = rest
		if a.Path == "" {
			return a, Usagef(scheme.Usage, "%s: no path", cut(word))
		}
		return a, nil
	}
	return a, a.parseHostPort(strings.TrimPrefix(rest, "//"), role)
}

// ParseHostPort reads "HOST PORT" as two words: the host is never a scheme, and
// IPv6 needs no brackets.
func ParseHostPort(host, port string, role Role) (Address, error) {
	a := Address{Text: JoinText(host, port), Scheme: "tcp", Host: strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")}
	if _, err := netip.ParseAddr(a.Host); err != nil && strings.ContainsAny(host, ":/") {
		return a, Usagef(host+":"+port, "%s is not a host; an address is one word", cut(host))
	}
	if isNumber(host) && !isNumber(port) {
		return a, Usagef(port+" "+host, "%s %s: the host comes first", cut(host), cut(port))
	}
	if err := a.checkHost(role); err != nil {
		return a, err
	}
	return a, a.setPort(port, role)
}

// UnixAddress is the address of a Unix socket whose path is typed alone (-U).
func UnixAddress(path string) (Address, error) {
	if path == "" {
		return Address{}, Usagef("", "the path of the Unix socket is empty")
	}
	return Address{Text: path, Scheme: "unix", Path: path}, nil
}

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
	switch {
	case found && slices.Contains(laterSchemes(), name) && !isNumber(rest):
		return tcp, "", Usagef("", "%s: is not in this version of fid", name)
	case strings.HasPrefix(rest, "//"):
		return tcp, "", Usagef(urlHint(rest), "%s is not an address", cut(word))
	case strings.HasSuffix(name, "-LISTEN"), strings.HasSuffix(name, "-CONNECT"):
		return tcp, "", Usagef("fid relay PORT HOST:PORT", "%s is an address of socat", cut(word))
	case strings.ContainsAny(word, `/\`):
		return tcp, "", Usagef("unix:"+word, "%s is not an address", cut(word))
	}
	return tcp, word, nil
}

// urlHint is the address that the rest of a URL, "//host/path", stands for.
func urlHint(rest string) string {
	host, _, _ := strings.Cut(strings.TrimPrefix(rest, "//"), "/")
	if host == "" || strings.Contains(host, ":") {
		return host
	}
	return host + ":80"
}

// splitOptions takes ",key=value" off the end of an address.
func splitOptions(rest string, scheme Scheme) (string, map[string]string, error) {
	words := strings.Split(rest, ",")
	options := map[string]string{}
	for len(words) > 1 {
		key, value, found := strings.Cut(words[len(words)-1], "=")
		if !found {
			break // a comma in a path
		}
		if !slices.Contains(scheme.Options, key) {
			return "", nil, Usagef("", "%s: no option %s here (there is: %s)", scheme.Name, cut(key), strings.Join(scheme.Options, ", "))
		}
		options[key] = value
		words = words[:len(words)-1]
	}
	return strings.Join(words, ","), options, nil
}

func (a *Address) parseHostPort(rest string, role Role) error {
	prefix := strings.TrimSuffix(a.Text, rest) // "tcp:" where it was typed
	switch {
	case rest == "" || strings.HasPrefix(rest, ":"):
		hint := prefix + "localhost" + rest
		if role == ToListen {
			hint = prefix + strings.TrimPrefix(rest, ":")
		}
		return Usagef(hint, "%q: no host before the port", cut(a.Text))
	case isNumber(rest) && role == ToDial:
		return Usagef(prefix+"localhost:"+rest, "%s: no host", cut(a.Text))
	case !strings.Contains(rest, ":") && role == ToListen:
		return a.setPort(rest, role)
	case strings.HasPrefix(rest, "["):
		host, port, found := strings.Cut(rest[1:], "]:")
		if !found {
			return Usagef("["+strings.Trim(rest, "[]")+"]:PORT", "%s: no ]:PORT after the IPv6 address", cut(a.Text))
		}
		a.Host = host
		if ip, err := netip.ParseAddr(host); err != nil || !ip.Is6() {
			return Usagef("", "%s: [%s] is not an IPv6 address", cut(a.Text), cut(host))
		}
		return firstError(a.checkHost(role), func() error { return a.setPort(port, role) })
	case strings.Count(rest, ":") > 1:
		i := strings.LastIndex(rest, ":")
		hint := prefix + "[" + rest[:i] + "]" + rest[i:] + "  or  " + rest[:i] + " " + rest[i+1:]
		return Usagef(hint, "%s: where the port begins is not clear", cut(a.Text))
	case !strings.Contains(rest, ":"):
		return Usagef(rest+" PORT  or  "+rest+":PORT", "%s: no port", cut(a.Text))
	}
	host, port, _ := strings.Cut(rest, ":")
	a.Host = host
	return firstError(a.checkHost(role), func() error { return a.setPort(port, role) })
}

func firstError(err error, next func() error) error {
	if err != nil {
		return err
	}
	return next()
}

// checkHost refuses what cannot be a host before any name server is asked.
func (a *Address) checkHost(role Role) error {
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
	last := a.Host[strings.LastIndex(strings.TrimSuffix(a.Host, "."), ".")+1:]
	if isNumber(last) || strings.HasPrefix(last, "0x") {
		// Other tools take 127.1 and 0177.0.0.1 for 127.0.0.1 (CVE-2021-29923).
		return Usagef("", "%s is not an IPv4 address; four decimal numbers make one", cut(a.Host))
	}
	for _, label := range strings.Split(strings.TrimSuffix(a.Host, "."), ".") {
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

// setPort takes a decimal port or, since a port must stand here, the name of a
// service. Go's own LookupPort also takes "", "+80" and "080".
func (a *Address) setPort(port string, role Role) error {
	n, err := ParsePort(port)
	if err != nil {
		return err
	}
	if n == 0 && role == ToDial {
		return Usagef("", "%s: port 0 can only be listened on", cut(a.Text))
	}
	a.Port = strconv.Itoa(n)
	return nil
}

// ParsePort reads a port, 0 to 65535, or the name of a TCP service.
func ParsePort(port string) (int, error) {
	if isNumber(port) && (port == "0" || port[0] != '0') {
		n, err := strconv.Atoi(port)
		if err != nil || n > 65535 {
			return 0, Usagef("", "%s is not a port: the highest is 65535", cut(port))
		}
		return n, nil
	}
	if isServiceName(port) {
		if n, err := net.LookupPort("tcp", port); err == nil {
			return n, nil
		}
		return 0, Usagef("", "%s is neither a port nor the name of a service", cut(port))
	}
	return 0, Usagef("", "%q is not a port: 0 to 65535, in decimal", cut(port))
}

// isServiceName: letters, digits and hyphens, at least one letter (RFC 6335, section 5.1).
func isServiceName(s string) bool {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	return strings.ContainsAny(s, letters) && strings.Trim(s, letters+"0123456789-") == ""
}

func isNumber(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// cut shortens what is said back to the user.
func cut(s string) string {
	if len(s) > 80 {
		return s[:77] + "..."
	}
	return s
}
