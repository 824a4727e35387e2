package netio

import (
	"os"
	"strings"
)

// Services are the names that this system has for ports. A nil map knows of none.
type Services map[string]string

// SystemServices reads the system's table of services (services(5)). Without one there are
// no names, which is no error: they are for people only.
func SystemServices() Services {
	text, err := os.ReadFile(servicesFile())
	if err != nil {
		return nil
	}
	return parseServices(string(text))
}

// parseServices reads lines of "name port/protocol aliases # comment". The first name of a
// port stands, as with getservbyport(3).
func parseServices(text string) Services {
	s := Services{}
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "#")
		if words := strings.Fields(line); len(words) > 1 {
			if _, taken := s[words[1]]; !taken {
				s[words[1]] = words[0]
			}
		}
	}
	return s
}

// Name returns the name of a port, decimal, over a protocol, "tcp" or "udp"; "" where it has
// none.
func (s Services) Name(port, protocol string) string { return s[port+"/"+protocol] }
