package netio

import (
	"time"

	"golang.org/x/sys/unix"
)

// askTCP is tcp(7)'s TCP_INFO. A kernel that knows less leaves the rest 0: qemu-user's all but the
// first four bytes.
func askTCP(fd uintptr) *TCPInfo {
	info, err := unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO)
	if err != nil || info.Rtt == 0 {
		return nil
	}
	t := &TCPInfo{RoundTrip: time.Duration(info.Rtt) * time.Microsecond, Retransmits: int(info.Total_retrans),
		idle: time.Duration(min(info.Last_data_sent, info.Last_data_recv)) * time.Millisecond}
	if info.Min_rtt != ^uint32(0) { // minmax_get before the first sample (net/ipv4/tcp.c)
		t.Least = time.Duration(info.Min_rtt) * time.Microsecond
	}
	return t
}
