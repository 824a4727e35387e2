package main

import (
	"strings"

	"fid/netio"
)

// access reads who may connect to the address.
func (v *values) access(address netio.Address) netio.AccessLists {
	l := netio.AccessLists{Allow: v.all("allow"), Deny: v.all("deny")}
	if !strings.HasPrefix(address.Scheme, "unix") {
		return l
	}
	for _, name := range []string{"allow", "deny"} {
		if v.is(name) {
			v.fail(netio.Usagef("", "--%s has no meaning for %s: its clients have no address", name, shorten(address.Text)))
		}
	}
	return netio.AccessLists{}
}
