package modes

import (
	"time"

	"fid/netio"
)

// halfOpenLimit is how long a session of echo or relay may stay without a byte
// once one side has ended: nobody is there to end it by hand.
const halfOpenLimit = 10 * time.Minute

// Options are what every mode takes from the command line.
type Options struct {
	Net   netio.Options
	Rules netio.Rules
	Log   Log
}

// pump returns the pump of a session. A nil End is one of standard input and
// output, which nobody needs to be told the name of.
func (o Options) pump(addr string) netio.Pump {
	return netio.Pump{Rules: o.Rules, Note: func(what string) { o.Log(Event{Name: Note, Addr: addr, Text: what}) }}
}
