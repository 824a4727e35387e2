package main

import (
	"strings"
	"testing"
)

// A link-local address means nothing without its interface, in the dial as in the bind.
func TestALinkLocalAddressIsReachedThroughItsInterface(t *testing.T) {
	n := privateNetwork(t)
	n.run("ip link add v0 type veth peer name v1 && ip link set v0 up && ip link set v1 up && ip addr add fe80::99/64 dev v0 nodad")
	for _, scheme := range []string{"", "udp:"} {
		_, addr := serving(t, nil, n.enter, "echo", scheme+"[fe80::99%v0]:0")
		if !strings.HasPrefix(addr, scheme+"[fe80::99%v0]:") {
			t.Errorf("the ready address is %s", addr)
		}
		in := fileOf(t, 1000)
		p := begin(t, in, n.enter, "connect", addr)
		p.wants(0)
		sameBytes(t, p.stdout.Bytes(), pattern(1000))
	}
	_, addr := serving(t, nil, n.enter, "echo", "fe80::99%v0", "0")
	begin(t, nil, n.enter, "-z", "fe80::99%v0", port(addr)).wants(0)
	begin(t, nil, n.enter, "connect", "fe80::99%v9", port(addr)).wants(2, "no interface v9 on this host")
	const needs = "a link-local address needs its interface: [fe80::99%INTERFACE]:"
	begin(t, nil, n.enter, "connect", "fe80::99", port(addr)).wants(1, "invalid address", needs)
	begin(t, nil, n.enter, "connect", "-u", "fe80::99", port(addr)).wants(1, "invalid address", needs)
	begin(t, nil, n.enter, "listen", "fe80::99", "0").wants(10, "invalid address", needs)
	_, addr = serving(t, nil, n.enter, "echo", "::1%lo", "0")
	begin(t, nil, n.enter, "-z", "::1%lo", port(addr)).wants(0)
}
