package main

import (
	"bytes"
	"os"
	"syscall"
	"testing"
)

// The tests of lines that lose, delay or swallow packets.

// onPort has nft do with TCP from and to a port what the rule says, in both directions.
func (n *network) onPort(addr, rule string) {
	n.t.Helper()
	port := portOf(addr)
	n.run(`nft add table t
nft add chain t in '{ type filter hook input priority 0; }'
nft add rule t in tcp dport ` + port + ` '` + rule + `'
nft add rule t in tcp sport ` + port + ` '` + rule + `'`)
}

// transfers sends a file of n bytes to a listener without input, behind what line does
// to its address.
func (n *network) transfers(size int, line func(addr string)) {
	n.t.Helper()
	receiver, addr := serving(n.t, nil, n.enter, "listen", "127.0.0.1:0")
	line(addr)
	begin(n.t, fileOf(n.t, size), n.enter, "connect", addr).wants(0)
	receiver.wants(0, "listening on")
	if !bytes.Equal(receiver.stdout.Bytes(), pattern(size)) {
		n.t.Errorf("%d of %d bytes came, or others", receiver.stdout.Len(), size)
	}
}

func TestATransferIsWholeOverALineThatLosesPackets(t *testing.T) {
	t.Parallel()
	requirePeer(t, "nft")
	n := privateNetwork(t)
	n.transfers(8<<20, func(addr string) { n.onPort(addr, "numgen random mod 100 < 5 drop") })
}

// The bytes that wait in the kernel take a second and more to arrive.
func TestATransferIsWholeOverASlowLine(t *testing.T) {
	t.Parallel()
	requirePeer(t, "tc")
	n := privateNetwork(t)
	n.run("tc qdisc add dev lo root tbf rate 1mbit burst 128kb latency 400ms")
	n.transfers(256<<10, func(string) {})
}

func TestASwallowedSYNIsNotWaitedForLongerThanTenSeconds(t *testing.T) {
	t.Parallel()
	requirePeer(t, "nft")
	n := privateNetwork(t)
	n.onPort("127.0.0.1:9", "drop")
	begin(t, nil, n.enter, "connect", "127.0.0.1:9").wants(5, "fid: 127.0.0.1:9: no answer for 10 s (--connect-timeout)\n")
}

func TestANameServerThatDoesNotAnswerIsNotWaitedForLonger(t *testing.T) {
	requirePeer(t, "nft", "mount")
	n := privateNetwork(t)
	conf := t.TempDir() + "/resolv.conf"
	if err := os.WriteFile(conf, []byte("nameserver 127.0.0.1\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	n.run("mount --bind " + conf + " /etc/resolv.conf; nft add table t; nft add chain t in '{ type filter hook input priority 0; }'; nft add rule t in udp dport 53 drop")
	begin(t, nil, n.enter, "connect", "--connect-timeout", "1", "db.test", "5432").wants(5, "fid: db.test:5432: no answer for 1 s (--connect-timeout)")
}

// A name has both families, and a server the second.
func TestAnAddressThatDoesNotAnswerHidesNoOther(t *testing.T) {
	for _, c := range []struct{ name, firewall string }{
		{"refused", "true"},
		{"swallowed", "nft add table ip6 t; nft add chain ip6 t in '{ type filter hook input priority 0; }'; nft add rule ip6 t in tcp flags syn drop"},
	} {
		t.Run(c.name, func(t *testing.T) {
			requirePeer(t, "nft", "mount")
			n := privateNetwork(t)
			hosts := t.TempDir() + "/hosts"
			if err := os.WriteFile(hosts, []byte("::1 both.test\n127.0.0.1 both.test\n"), 0o644); err != nil {
				t.Fatal(err)
			}
			n.run("mount --bind " + hosts + " /etc/hosts; " + c.firewall)
			_, addr := serving(t, nil, n.enter, "echo", "127.0.0.1:0")
			p := begin(t, fileOf(t, 1000), n.enter, "connect", "-v", "--connect-timeout", "5s", "both.test", portOf(addr))
			p.wants(0, "::1", "connected (127.0.0.1:")
			if !bytes.Equal(p.stdout.Bytes(), pattern(1000)) {
				t.Errorf("%d bytes came back", p.stdout.Len())
			}
		})
	}
}

// A client that vanishes sends nothing any more, neither FIN nor RST.
func TestAVanishedClientDoesNotKeepTheNextFromBeingServed(t *testing.T) {
	requirePeer(t, "nft")
	for _, mode := range [][]string{{"listen", "-k", "127.0.0.1:0"}, {"echo", "127.0.0.1:0"}, {"relay", "127.0.0.1:0", "echo:"}} {
		t.Run(mode[0], func(t *testing.T) {
			n := privateNetwork(t)
			server, addr := serving(t, nil, n.enter, mode...)
			says := func(what string, flags ...string) *process {
				stdin, keys := pipe(t)
				_, _ = keys.WriteString(what)
				p := begin(t, stdin, n.enter, append([]string{"connect", addr}, flags...)...)
				heard := &p.stdout
				if mode[0] == "listen" {
					heard = &server.stdout
				}
				awaitOn(t, mode[0], heard, what)
				return p
			}
			first := says("first", "-p", "40000")
			n.onPort("127.0.0.1:40000", "drop")
			_ = first.cmd.Process.Kill()
			says("second")
			_ = server.cmd.Process.Signal(syscall.SIGTERM)
			server.wants(143, "listening on")
		})
	}
}
