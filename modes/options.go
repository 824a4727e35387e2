package modes

import (
	"time"

	"fid/netio"
)

// HalfOpenLimit is how long a session of echo or relay may stay without a byte
// once one side has ended, unless --idle-timeout says otherwise: nobody is
// there to end it by hand.
const HalfOpenLimit = 10 * time.Minute

// watchInterval is how often a relay looks for clients that are gone though
// their bytes still wait.
const watchInterval = 30 * time.Second

// Options are what every mode takes from the command line.
type Options struct {
	Net     netio.Options
	Rules   netio.Rules
	Monitor *netio.Monitor // knows of all sessions; nil: nobody looks at them
	Log     Log
}

// pump returns the pump of a session, whose notes are told under addr.
func (o Options) pump(addr string) netio.Pump {
	return netio.Pump{Rules: o.Rules, Monitor: o.Monitor, Note: func(what string) { o.Log(Event{Name: Note, Addr: addr, Text: what}) }}
}
