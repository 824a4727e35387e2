package main

import (
	"strconv"
	"strings"

	"fid/modes"
	"fid/netio"
)

// probe reads the words of -z: addresses, or a host and lists of ports.
func (v *values) probe(words []string) (runner, error) {
	p := modes.Probe{Interval: v.duration("interval"), Random: v.is("random"), AnyOpen: v.asNC, Wait: v.duration("wait")}
	var err error
	switch {
	case v.is("unix") || len(words) == 0:
		var a netio.Address
		a, err = v.address(words, netio.ToDial, "fid connect -z HOST PORT")
		p.Addresses = []netio.Address{a}
	case len(words) == 1 || areAddresses(words):
		for _, w := range words {
			if err == nil {
				err = addPorts(&p.Addresses, w)
			}
		}
	default:
		parse := func(port string) (netio.Address, error) { return netio.ParseHostPort(words[0], port, netio.ToDial) }
		for _, list := range words[1:] {
			if err == nil {
				err = addList(&p.Addresses, list, parse)
			}
		}
	}
	for i := range p.Addresses {
		if err == nil {
			p.Addresses[i], err = v.over(p.Addresses[i], netio.ToDial, nil)
		}
	}
	if err == nil {
		v.secure(nil, p.Addresses)
	}
	for _, a := range p.Addresses {
		v.checkable(a)
		v.fits(a)
	}
	return p, err
}

// areAddresses: each word has its own port (h1:p h2:p); a port has no colon.
func areAddresses(words []string) bool {
	for _, w := range words {
		if !strings.Contains(w, ":") {
			return false
		}
	}
	return true
}

// addPorts takes an address whose port may be a list (db:20-30).
func addPorts(to *[]netio.Address, word string) error {
	a, err := netio.ParseAddress(word, netio.ToDial)
	i := strings.LastIndex(word, ":")
	if err == nil || i < 0 || !isPortList(word[i+1:]) {
		*to = append(*to, a)
		return err
	}
	return addList(to, word[i+1:], func(port string) (netio.Address, error) {
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
func addList(to *[]netio.Address, list string, parse func(port string) (netio.Address, error)) error {
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
			*to = append(*to, a)
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
