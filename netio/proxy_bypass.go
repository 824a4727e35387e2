package netio

import (
	"net/netip"
	"strings"
)

// A Bypass is a list of far ends that are reached without a proxy, as the
// environment's NO_PROXY has it. The zero Bypass has none.
type Bypass []string

// ParseBypass reads a list of names, addresses and networks. Commas and blanks
// stand between them; one that nothing can match is as good as none.
func ParseBypass(list string) Bypass {
	return strings.FieldsFunc(strings.ToLower(list), func(r rune) bool { return r == ',' || r == ' ' || r == '\t' })
}

// entryFor returns the entry that a far end is in, "" where it is in none.
func (b Bypass) entryFor(to Address) string {
	host := strings.TrimSuffix(strings.ToLower(to.Host), ".")
	ip, err := netip.ParseAddr(to.Host)
	for _, entry := range b {
		name := entry
		if h, port, found := cutPort(entry); found {
			if port != to.Port {
				continue
			}
			name = h
		}
		if name == "*" || err == nil && hasIP(name, ip.Unmap().WithZone("")) || err != nil && hasName(name, host) {
			return entry
		}
	}
	return ""
}

// cutPort splits "host:port" and "[v6]:port"; an IPv6 address alone has no port.
func cutPort(entry string) (host, port string, found bool) {
	if i := strings.LastIndexByte(entry, ':'); i >= 0 && isNumber(entry[i+1:]) && !isIPv6(entry) {
		return entry[:i], entry[i+1:], true
	}
	return entry, "", false
}

// hasIP: an address is matched in numbers only. Its zone is none of a name's
// business: "::1%.example.com" is not in example.com (CVE-2025-22870).
func hasIP(entry string, ip netip.Addr) bool {
	entry = strings.TrimSuffix(strings.TrimPrefix(entry, "["), "]")
	if network, err := netip.ParsePrefix(entry); err == nil {
		return network.Contains(ip)
	}
	one, err := netip.ParseAddr(entry)
	return err == nil && one.Unmap().WithZone("") == ip
}

// hasName: "example.com" is the name and all below it, ".example.com" and
// "*.example.com" are all below it.
func hasName(entry, host string) bool {
	entry = strings.TrimSuffix(strings.TrimPrefix(entry, "*"), ".")
	if below, found := strings.CutPrefix(entry, "."); found {
		return below != "" && strings.HasSuffix(host, "."+below)
	}
	return entry != "" && (host == entry || strings.HasSuffix(host, "."+entry))
}
