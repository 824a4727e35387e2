package modes

import (
	"time"

	"fid/netio"
)

// datagramIdle is after how long without a datagram a client's session is over in
// a serving mode, unless --idle-timeout says otherwise: it never tells its end.
const datagramIdle = time.Minute

// forDatagrams are the rules of a serving mode, whose clients end with their
// silence where the address is one of datagrams.
func (s *Server) forDatagrams(r netio.Rules) netio.Rules {
	if !s.Address.IsDatagram() {
		return r
	}
	r.IdleOver = true
	if r.Idle == 0 {
		r.Idle, r.IdleFlag = datagramIdle, "--idle-timeout"
	}
	return r
}

// listenOptions are what to listen with: a listener of datagrams has as many
// clients as are served at once.
func (s *Server) listenOptions(o Options) netio.Options {
	n := o.Net
	n.MaxPeers = s.slots()
	return n
}
