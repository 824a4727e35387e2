package netio

import (
	"time"

	"golang.org/x/sys/unix"
)

// askTCP is TCP_CONNECTION_INFO, whose times are in milliseconds (<netinet/tcp.h>).
func askTCP(fd uintptr) *TCPInfo {
	info, err := unix.GetsockoptTCPConnectionInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_CONNECTION_INFO)
	if err != nil {
		return nil
	}
	return &TCPInfo{RoundTrip: time.Duration(info.Srtt) * time.Millisecond, Retransmits: int(info.Txretransmitpackets), idle: -1}
}
