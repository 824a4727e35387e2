package netio

import (
	"net"
	"strconv"
	"strings"
)

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

// ParsePort reads a port, 0 to 65535, or the name of a service: of TCP, or if there
// is none of UDP, where a name of both has the same port.
func ParsePort(port string) (int, error) {
	if isNumber(port) && (port == "0" || port[0] != '0') {
		n, err := strconv.Atoi(port)
		if err != nil || n > 65535 {
			return 0, Usagef("", "%s is not a port: the highest is 65535", cut(port))
		}
		return n, nil
	}
	if isServiceName(port) {
		for _, network := range []string{"tcp", "udp"} {
			if n, err := net.LookupPort(network, port); err == nil {
				return n, nil
			}
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

// isNumber: decimal digits only.
func isNumber(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// isHexNumber: "0x" and hexadecimal digits, or none (the WHATWG's IPv4 number).
func isHexNumber(s string) bool {
	return strings.HasPrefix(s, "0x") && strings.Trim(s[2:], "0123456789abcdef") == ""
}
