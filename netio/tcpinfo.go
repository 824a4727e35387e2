package netio

import "time"

// A TCPInfo is what the kernel tells of a connection.
type TCPInfo struct {
	RoundTrip   time.Duration // smoothed (RFC 6298); 0 where nothing was measured
	Least       time.Duration // the least round trip; 0 where the system does not tell
	Retransmits int           // segments that were sent again, the SYN among them

	idle time.Duration // since data was sent or came; below 0 where the system does not tell
}

// tcpInfo asks the kernel; nil where there is no TCP, or the system does not tell.
func (e *End) tcpInfo() *TCPInfo {
	if e.Sock == nil || e.Sock.tcp == nil {
		return nil
	}
	var info *TCPInfo
	e.Sock.ask(func(fd uintptr) { info = askTCP(fd) })
	return info
}
