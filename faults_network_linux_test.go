package main

import (
	"testing"
	"time"
)

func TestASwallowedSYNEndsAtItsClock(t *testing.T) {
	requirePeer(t, "nft")
	n := privateNetwork(t)
	n.run(`nft add table t
nft add chain t in '{ type filter hook input priority 0; }'
nft add rule t in tcp dport 9 drop`)
	start := time.Now()
	p := begin(t, nil, n.enter, "connect", "--connect-timeout", "1s", "127.0.0.1", "9")
	p.wants(5, "fid: 127.0.0.1:9: no answer for 1 s (--connect-timeout)\n")
	if took := time.Since(start); took < time.Second {
		t.Errorf("ended after %v, before its clock", took)
	}
}
