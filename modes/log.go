// Package modes says what each of the four modes joins: listen, connect, echo
// and relay. How ends are joined is netio's.
package modes

import "fid/netio"

// The events of a run, in the order in which they can happen. docs/json.md
// describes each; their names are what --json prints.
const (
	Listening  = "listening"  // Addr, Local, Ready, AnyPort
	Step       = "step"       // Text: only where -vv asks for it
	Connected  = "connected"  // Addr, Peer, Local, Through, Seconds, Client, Datagrams, Timings
	Accepted   = "accepted"   // Addr, Peer, Local, Datagrams
	Denied     = "denied"     // Addr, Peer, Err: a client that may not connect
	Made       = "made"       // Addr, Text: the pin of a certificate that was made for the run
	Secured    = "secured"    // Addr, Peer, Client, Security: a TLS handshake is done
	Note       = "note"       // Addr, Text, Quiet
	Ended      = "ended"      // Addr, Peer, Sent, Received, Seconds, First, Datagrams, Outcome, Err
	Open       = "open"       // Addr, Peer, Through, Seconds, Timings, Found: a port of -z
	Shut       = "shut"       // Addr, Found, Quiet, Err: a port of -z that is not open
	Ports      = "ports"      // Counts, Seconds: all of several ports of -z are known
	Unrecorded = "unrecorded" // Addr, Err: from here on --hex or --pcap writes nothing
	Echo       = "echo"       // Addr, Seq, Sent, Seconds: one probe came back
	Echoes     = "echoes"     // Addr, Probes: all probes of --echo
	Pinged     = "ping"       // Addr, Peer, Through, Seq, Seconds or Err: one connect of --count
	Pings      = "pings"      // Addr, Probes: all connects of --count
)

// An Event is something that happened, for people and for machines. Which
// fields it has is said beside its name above.
type Event struct {
	Name           string
	Addr           string        // the endpoint as the user typed it
	Peer           string        // numeric
	Local          func() string // numeric too; asked while the event is told, or never
	Through        string        // the proxies on the way, the first of them being Peer; empty where there are none
	Text           string
	Quiet          bool   // only for who asks for more (-v)
	Of             string // what Err calls the client's end
	Client         string // of a relay's connection: for which client it is
	Ready          string // an address that connect takes as it stands
	AnyPort        bool   // the user asked for port 0 and must be told which it is
	Sent, Received int64
	Seconds        float64
	First          string // who ended first: near or far
	Datagrams      bool   // there is no connection, only datagrams
	Seq            int
	Probes         *Probes
	Found          *Finding
	Counts         Counts
	Security       *netio.Security
	Timings        *netio.Timings // of how the far end was opened; nil where nobody asked
	Outcome        *netio.Outcome // of Ended: all that is known of the session; nil where there was none
	Err            error
}

// A Log is told of events. It never waits: the data does not wait for it.
type Log func(Event)

// secured tells what a TLS handshake came to, where there was one; client is whom
// a relay's connection is for.
func (log Log) secured(addr string, end *netio.End, client string) {
	if s := end.Security(); s != nil {
		log(Event{Name: Secured, Addr: addr, Peer: end.Peer, Client: client, Security: s})
	}
}

func ended(addr string, end *netio.End, o netio.Outcome) Event {
	return Event{Name: Ended, Addr: addr, Peer: end.Peer, Of: end.Name, Sent: o.Sent, Received: o.Received,
		Seconds: o.Duration.Seconds(), First: o.First, Datagrams: end.Datagram > 0, Outcome: &o, Err: o.Err}
}
