package main

import (
	"os/exec"
	"strings"
	"testing"

	"fid/netio"
)

// port is where to reach a listener under another address.
func port(addr string) string { return addr[strings.LastIndex(addr, ":")+1:] }

func TestTypesOfServiceHaveTheirNumbers(t *testing.T) {
	for word, want := range map[string]int{"lowdelay": 16, "throughput": 8, "reliability": 4, "lowcost": 2, "critical": 0xa0,
		"inetcontrol": 0xc0, "netcontrol": 0xe0, "ef": 0xb8, "EF": 0xb8, "le": 4, "cs0": 0, "cs1": 0x20, "cs7": 0xe0,
		"af11": 0x28, "af12": 0x30, "af13": 0x38, "af21": 0x48, "af33": 0x78, "af41": 0x88, "af43": 0x98,
		"0": 0, "8": 8, "255": 255, "0x0": 0, "0xb8": 0xb8, "0xFF": 255} {
		if got, err := parseTOS(word); got != want || err != nil {
			t.Errorf("%s is %d, %v, want %d", word, got, err, want)
		}
	}
	for _, word := range []string{"", "x", "af", "af14", "af51", "af1", "cs8", "cs-1", "256", "0x100", "-1", "+1", "010", "0b1", "1_0", "0x", "1.0", " 1"} {
		if got, err := parseTOS(word); err == nil {
			t.Errorf("%q is taken for %d", word, got)
		}
	}
}

func FuzzTOS(f *testing.F) {
	for _, word := range []string{"af11", "0xb8", "184", "lowdelay"} {
		f.Add(word)
	}
	f.Fuzz(func(t *testing.T, word string) {
		if tos, err := parseTOS(word); tos < 0 || tos > 255 || err != nil && tos != 0 {
			t.Errorf("%q is %d, %v", word, tos, err)
		}
	})
}

// ss, which asks the kernel from outside, sees the options on both ends of a relay.
func TestTheOptionsOfARelayAreOnBothItsEnds(t *testing.T) {
	requirePeer(t, "ss")
	h := newHost(t)
	_, addr := serving(t, nil, nil, "relay", "-I", "40k", "-O", "30k", "--keepalive", "77", "127.0.0.1:0", h.addr())
	client := dialPeer(t, addr)
	client.says([]byte("x"))
	server := h.client()
	target := server.RemoteAddr().String() // the relay's own end of it
	for name, filter := range map[string]string{"the client's": "sport = :" + port(addr), "the target's": "sport = :" + port(target)} {
		seen, err := exec.Command("ss", "-Htinom", "state", "established", filter).Output()
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"rb80000,", "tb60000,", "timer:(keepalive,1min1"} {
			if !strings.Contains(string(seen), want) {
				t.Errorf("%s side: no %s in %s", name, want, seen)
			}
		}
	}
}

func TestKeepaliveCountsWholeSeconds(t *testing.T) {
	for typed, want := range map[string]string{"10h": "at most 32767 s", "32768": "at most 32767 s", "-1": "is meant", "x": "is meant"} {
		begin(t, nil, nil, "connect", "--keepalive", typed, "127.0.0.1", "1").wants(int(netio.KindUsage), want)
	}
}
