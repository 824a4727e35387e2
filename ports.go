package main

import (
	"strconv"
	"strings"

	"fid/netio"
)

// areAddresses: each word has its own port (h1:p h2:p); a port has no colon.
func areAddresses(words []string) bool {
	for _, w := range words {
		if !strings.Contains(w, ":") {
			return false
		}
	}
	return true
}

// Targets are the addresses of a check, and which of them are of a range.
type targets struct {
	addresses []netio.Address
	ranged    []bool
}

func (t *targets) add(a netio.Address, ranged bool) {
	t.addresses, t.ranged = append(t.addresses, a), append(t.ranged, ranged)
}

// addWord takes an address whose port may be a list (db:20-30).
func (t *targets) addWord(word string) error {
	a, err := netio.ParseAddress(word, netio.ToDial)
	i := strings.LastIndex(word, ":")
	if err == nil || i < 0 || !isPortList(word[i+1:]) {
		t.add(a, false)
		return err
	}
	return t.addList(word[i+1:], func(port string) (netio.Address, error) {
		return netio.ParseAddress(word[:i+1]+port, netio.ToDial)
	})
}

// isPortList: more than one port; what has a "=" is an option of an address.
func isPortList(s string) bool {
	return strings.ContainsAny(s, ",-") && !strings.ContainsAny(s, "=:/")
}

// isService: a name that a hyphen belongs to (http-alt).
func isService(s string) bool {
	_, err := netio.ParsePort(s)
	return err == nil
}

// arePorts: each word is a port, a service or a list of them.
func arePorts(words []string) bool {
	for _, w := range words {
		if !isPortList(w) && !isService(w) {
			return false
		}
	}
	return true
}

// addList takes ports, "80", "20-30" or "http,20,22-23", each as parse has it.
func (t *targets) addList(list string, parse func(port string) (netio.Address, error)) error {
	for _, ports := range strings.Split(list, ",") {
		low, high, err := portRange(ports)
		if err != nil {
			return err
		}
		for n := low; n <= high; n++ {
			a, err := parse(strconv.Itoa(n))
			if err != nil {
				return err
			}
			t.add(a, high > low)
		}
	}
	return nil
}

// portRange reads "20-30", or one port; a service may have a hyphen in its name.
func portRange(s string) (low, high int, err error) {
	from, to, found := strings.Cut(s, "-")
	if !found || from == "" || to == "" || strings.Trim(s, "0123456789-") != "" {
		low, err = netio.ParsePort(s)
		return low, low, err
	}
	if low, err = netio.ParsePort(from); err == nil {
		high, err = netio.ParsePort(to)
	}
	if err == nil && low > high {
		err = netio.Usagef("", "%s: the range runs backwards", s)
	}
	return low, high, err
}
