package netio

import (
	"net/url"
	"strings"
)

// A Proxy is a proxy to go through.
type Proxy struct {
	Scheme   string  // socks5h, socks5, socks4a, socks4, http or https
	At       Address // of the proxy itself; its Text is host and port
	User     string  // empty: no login
	Password string  // told to the proxy and to nobody else

	// NeedsPassword: there is a user, and a password has still to be filled in.
	NeedsPassword bool
}

// String is the proxy without its login, whoever prints it.
func (p Proxy) String() string { return p.Scheme + "://" + p.At.Text }

// GoString is the same, for %#v.
func (p Proxy) GoString() string { return p.String() }

// A proxyKind is a row of the table of proxies.
type proxyKind struct {
	name        string
	port        string // where none is typed
	speak       func(*dialogue, *hop) error
	looksUpHere bool // names are looked up here, and the proxy gets an address
	onlyIPv4    bool
	noPassword  bool // a user has none
}

func proxyKinds() []proxyKind {
	return []proxyKind{
		{"socks5h", "1080", socks5, false, false, false},
		{"socks5", "1080", socks5, true, false, false},
		{"socks4a", "1080", socks4, false, true, true},
		{"socks4", "1080", socks4, true, true, true},
		{"http", "3128", httpConnect, false, false, false},
		{"https", "443", httpConnect, false, false, false},
	}
}

func proxyScheme(name string) (proxyKind, bool) {
	for _, k := range proxyKinds() {
		if k.name == name {
			return k, true
		}
	}
	return proxyKind{}, false
}

// ParseProxy reads "[scheme://][user[:password]@]host[:port]". Where no scheme is
// typed it is the one given. No error has the login in it.
func ParseProxy(word, scheme string) (Proxy, error) {
	rest := word
	if before, after, found := strings.Cut(word, "://"); found {
		scheme, rest = strings.ToLower(before), after
	}
	kind, known := proxyScheme(scheme)
	if !known {
		return Proxy{}, unknownProxy(scheme)
	}
	p := Proxy{Scheme: scheme}
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		if strings.Contains(rest[i:], "@") {
			return p, Usagef("in user and password / is %2F, ? is %3F, # is %23", "the user or password of a proxy has a / ? or # in it")
		}
		if strings.Trim(rest[i:], "/") != "" {
			return p, Usagef("", "%s: a proxy has no path", cut(withoutLogin(word)))
		}
		rest = rest[:i]
	}
	if i := strings.LastIndex(rest, "@"); i >= 0 {
		if err := p.setLogin(rest[:i], kind); err != nil {
			return p, err
		}
		rest = rest[i+1:]
	}
	return p, p.setAddress(rest, kind.port)
}

// unknownProxy refuses a scheme. What cannot be one may be the begin of a login.
func unknownProxy(scheme string) error {
	const known = "socks5h:// socks5:// socks4a:// socks4:// http:// https://"
	if !isServiceName(scheme) {
		return Usagef(known, "what stands before the :// of a proxy is no scheme")
	}
	return Usagef(known, "%s:// is no proxy that fid knows", cut(scheme))
}

// setLogin reads "user[:password]", percent-encoded where need be.
func (p *Proxy) setLogin(login string, kind proxyKind) error {
	user, password, typed := strings.Cut(login, ":")
	var err error
	if p.User, err = url.PathUnescape(user); err == nil {
		p.Password, err = url.PathUnescape(password)
	}
	switch {
	case err != nil:
		return Usagef("a % in user and password is %25", "the user or password of a proxy has a %% that encodes nothing")
	case p.User == "":
		return Usagef("", "a proxy with @ before its host, and no user")
	case typed && kind.noPassword:
		return Usagef("", "SOCKS 4 has a user, but no password")
	}
	p.NeedsPassword = !typed && !kind.noPassword
	return nil
}

// setAddress reads "host[:port]".
func (p *Proxy) setAddress(hostPort, port string) error {
	if hostPort == "" {
		return Usagef("", "a proxy without a host")
	}
	host := hostPort
	if inner, after, found := strings.Cut(strings.TrimPrefix(hostPort, "["), "]"); found && hostPort[0] == '[' {
		if !isIPv6(inner) || after != "" && after[0] != ':' {
			return Usagef("", "%s: not a host and a port of a proxy", cut(hostPort))
		}
		host = inner
		if after != "" {
			port = after[1:]
		}
	} else if i := strings.IndexByte(hostPort, ':'); i >= 0 {
		host, port = hostPort[:i], hostPort[i+1:]
		if strings.Contains(port, ":") {
			return Usagef("[v6]:PORT", "%s: where the port of the proxy begins is not clear", cut(hostPort))
		}
	}
	if _, err := ParsePort(port); err != nil && !isNumber(port) { // it may be the password of a login without its host
		return Usagef("[USER[:PASSWORD]@]HOST[:PORT]", "the port of the proxy %s is neither a number nor the name of a service", cut(host))
	}
	p.At = Address{Text: cutAt(JoinText(host, port), maxText), Scheme: "tcp"}
	return p.At.setHostPort(host, port, ToDial)
}

// withoutLogin is a URL for a message.
func withoutLogin(word string) string {
	scheme, rest, found := strings.Cut(word, "://")
	if !found {
		scheme, rest = "", word
	} else {
		scheme += "://"
	}
	return scheme + rest[strings.LastIndex(rest, "@")+1:]
}

// SetUser gives a login to a proxy that was typed without one.
func (p *Proxy) SetUser(user string) {
	kind, _ := proxyScheme(p.Scheme)
	p.User, p.NeedsPassword = user, !kind.noPassword
}

// check refuses a login that cannot be sent.
func (p Proxy) check() error {
	if strings.HasPrefix(p.Scheme, "socks") {
		return p.checkSocks()
	}
	return p.checkHTTP()
}
