package netio

import (
	"context"
	"net/netip"
)

// resolve returns the addresses of a host in the order to try them. A literal
// address needs no look-up; a name is looked up within ctx.
func (a Address) resolve(ctx context.Context, o Options) ([]netip.Addr, error) {
	family, err := a.family(o)
	if err != nil {
		return nil, err
	}
	if ip, err := netip.ParseAddr(a.Host); err == nil {
		ip = ip.Unmap()
		if family == "4" && !ip.Is4() || family == "6" && ip.Is4() {
			return nil, Usagef("", "%s is not an IPv%s address", cut(a.Text), family)
		}
		return []netip.Addr{ip}, nil
	}
	if o.Numeric {
		return nil, &Error{Kind: KindName, Addr: cut(a.Text), What: "a name, and -n takes addresses only"}
	}
	addrs, err := o.Names.lookUp(ctx, a.Host, family)
	if err != nil {
		kind, what := describe(err)
		if kind != KindTimeout { // of the clock that ended it
			kind = KindName
		}
		return nil, &Error{Kind: kind, Addr: cut(a.Text), What: what, Err: err}
	}
	return addrs, nil
}

// family is the one address family that scheme and flags leave, "" for both.
func (a Address) family(o Options) (string, error) {
	family := map[string]string{"tcp4": "4", "tcp6": "6", "udp4": "4", "udp6": "6"}[a.Scheme]
	if family != "" && o.Family != "" && family != o.Family {
		return "", Usagef("", "-%s and %s exclude each other", o.Family, cut(a.Text))
	}
	if family == "" {
		family = o.Family
	}
	return family, nil
}
