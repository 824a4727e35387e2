package netio

import (
	"net/netip"
	"slices"
	"strings"
)

// foreign refuses what is an address to other tools: a URL, an address of
// socat, a bare path. It says what that is here, and is nil for all else.
func foreign(word string) error {
	name, rest, found := strings.Cut(word, ":")
	port, _, slashed := strings.Cut(rest, "/")
	switch {
	case found && strings.HasPrefix(rest, "//") && !takesHost(name):
		return Usagef(Typable(urlHint(name, rest[2:])), "%s is not an address", cut(withoutLogin(word)))
	case found && isSocat(name, rest):
		return Usagef(Typable(socatHint(name, rest)), "%s is an address of socat", cut(word))
	case isNetwork(word) || isNetwork(name):
		return Usagef("", "%s: a network is not a host", cut(word))
	case slashed && isNumber(port) && !strings.ContainsAny(name, `/\`) && !isPathScheme(name):
		return Usagef(Typable(name+":"+port), "%s is not an address", cut(word))
	case strings.ContainsAny(word, `/\`) && !takesHost(name) && !isPathScheme(name):
		return Usagef(Typable("unix:"+word), "%s is not an address", cut(word))
	}
	return nil
}

// takesHost: a scheme, of today or later, that a host and a port follow.
func takesHost(name string) bool {
	for _, s := range Schemes() {
		if s.Name == name {
			return s.Rest == RestHostPort
		}
	}
	return slices.Contains(laterSchemes(), name)
}

func isScheme(name string) bool {
	return slices.ContainsFunc(Schemes(), func(s Scheme) bool { return s.Name == name })
}

func isPathScheme(name string) bool {
	return slices.ContainsFunc(Schemes(), func(s Scheme) bool { return s.Name == name && s.Rest == RestPath })
}

// urlHint is the address that the rest of a URL, "user@host/path", stands for.
func urlHint(scheme, rest string) string {
	host := rest
	if i := strings.IndexAny(host, "/?#"); i >= 0 {
		host = host[:i]
	}
	host = host[strings.LastIndex(host, "@")+1:]
	hasPort := strings.Contains(host[strings.LastIndex(host, "]")+1:], ":")
	switch {
	case host == "":
		return ""
	case scheme == "https" && !hasPort:
		return "tls:" + host + ":443"
	case scheme == "http" && !hasPort:
		return host + ":80"
	case !hasPort:
		return host + ":PORT"
	}
	return host
}

// schemeHint is the address that a URL whose scheme is one of fid's stands for.
func schemeHint(scheme, rest string) string {
	hint := urlHint(scheme, rest)
	if hint == "" {
		hint = "HOST:PORT"
	}
	return scheme + ":" + hint
}

func isNetwork(word string) bool {
	_, err := netip.ParsePrefix(word)
	return err == nil
}

// isSocat: the names of socat's address types are in capitals. "TCP:80" is a host of that
// name. Of those in small letters only what is no host and port either, or says that it listens.
func isSocat(name, rest string) bool {
	base, use, _ := strings.Cut(name, "-")
	if name == strings.ToLower(name) && !isScheme(name) {
		base, use = strings.ToUpper(base), strings.ToUpper(use)
		uses := []string{"", "CONNECT", "LISTEN", "L", "SENDTO", "DATAGRAM", "RECV", "RECVFROM", "CLIENT"}
		if !slices.Contains(uses, use) || use != "LISTEN" && use != "RECVFROM" && !strings.ContainsAny(rest, ":/") {
			return false
		}
	}
	known := []string{"TCP", "TCP4", "TCP6", "UDP", "UDP4", "UDP6", "UNIX", "ABSTRACT", "OPENSSL", "SSL", "EXEC", "SYSTEM", "FILE"}
	return slices.Contains(known, base) && (use != "" || !isNumber(rest))
}

// socatHint is what an address of socat is here, without its options.
func socatHint(name, rest string) string {
	base, use, _ := strings.Cut(strings.ToUpper(name), "-")
	rest, options, _ := strings.Cut(rest, ",")
	scheme := strings.ToLower(base) + ":"
	listens := use == "LISTEN" || use == "L" || strings.HasPrefix(use, "RECV")
	datagrams := strings.HasPrefix(use, "RECV") || use == "SENDTO" || use == "DATAGRAM" || use == "CLIENT"
	switch {
	case base == "UNIX" && datagrams && listens:
		return "fid listen unix-dgram:" + rest
	case base == "UNIX" && datagrams:
		return "unix-dgram:" + rest
	case base == "UNIX" && listens:
		return "fid relay unix:" + rest + " HOST:PORT"
	case strings.HasPrefix(base, "UDP") && listens:
		return "fid relay " + scheme + withBind(rest, options) + " udp:HOST:PORT"
	case strings.HasPrefix(base, "UDP"):
		return scheme + rest
	case strings.HasPrefix(base, "TCP") && listens:
		return "fid relay " + withBind(rest, options) + " HOST:PORT"
	case base == "OPENSSL" || base == "SSL":
		if listens {
			return "fid relay tls:" + rest + " HOST:PORT"
		}
		return "tls:" + rest
	case base == "UNIX", base == "FILE", base == "EXEC":
		return scheme + rest
	case strings.HasPrefix(base, "TCP"):
		return rest
	}
	return ""
}

// withBind is a port with the address that socat's options say to bind.
func withBind(port, options string) string {
	for _, option := range strings.Split(options, ",") {
		if host, found := strings.CutPrefix(option, "bind="); found {
			return JoinText(host, port)
		}
	}
	return port
}

// bracketHint writes an IPv6 address and its port so that they can be told
// apart: with brackets in one word, or as two words.
func bracketHint(prefix, rest string) string {
	i := max(0, strings.LastIndex(rest, ":"))
	host, port := rest[:i], strings.TrimPrefix(rest[i:], ":")
	if !isIPv6(host) || !isNumber(port) {
		host, port = rest, "PORT"
	}
	if !isIPv6(host) {
		return "HOST:PORT  or  [v6]:PORT"
	}
	return prefix + "[" + host + "]:" + port + "  or  " + host + " " + port
}

func isIPv6(s string) bool {
	ip, err := netip.ParseAddr(s)
	return err == nil && ip.Is6()
}
