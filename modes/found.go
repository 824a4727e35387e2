package modes

import (
	"errors"
	"time"

	"fid/netio"
)

// The states of a port of -z, beside those that are words of exit codes ("refused",
// "timeout", "unreachable"): netio.Kinds has them.
const (
	StateOpen    = "open"
	StateClosed  = "closed"  // accepted, then closed
	StateReset   = "reset"   // accepted, then reset or cut off
	StateSilent  = "silent"  // accepted, and no banner came
	StateUnknown = "unknown" // the run ended first
)

// A Finding is what -z found at a port.
type Finding struct {
	State     string
	Port      string // decimal; empty where there is none
	Datagrams bool
	Several   bool          // it is one of several
	Said      bool          // in words it needs not be told: the run's end, or another port's event, says the same
	Banner    []byte        // nil where none was asked for
	Stayed    time.Duration // for so long the connection was seen to stay open; 0: nobody looked
}

// Counts are how many ports were found in each state.
type Counts map[string]int

// Of returns the number of all ports.
func (c Counts) Of() int {
	n := 0
	for _, of := range c {
		n += of
	}
	return n
}

// A fickle error is below that of a port which accepted a connection and did not keep
// what was asked of it; it is the port's state.
type fickle string

func (f fickle) Error() string { return string(f) }

func newFinding(a netio.Address, several bool) *Finding {
	return &Finding{State: StateOpen, Port: a.Port, Datagrams: a.IsDatagram(), Several: several}
}

// stateOf says what a port is that err kept from being found open. What a proxy says of
// it counts; where the way to the port ends at the proxy itself, that is its state.
func stateOf(err error, a netio.Address, o netio.Options) string {
	var is fickle
	var last lastSeen
	var e *netio.Error
	switch {
	case errors.As(err, &is):
		return string(is)
	case errors.As(err, &last):
		return stateOf(last.err, a, o)
	case a.Proxied(o) && errors.As(err, &e):
		var seen *netio.Error // by the proxy
		if e.Kind == netio.KindProxy && errors.As(e.Err, &seen) {
			return seen.Kind.String()
		}
		if e.Addr != a.Text {
			return netio.KindProxy.String()
		}
	}
	return netio.KindOf(err).String()
}
