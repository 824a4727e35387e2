package modes

import (
	"context"
	"time"

	"fid/netio"
)

// A Near is the near end of listen and connect: standard input and output, or a
// command of which each session has a process of its own.
type Near struct {
	Stdio    netio.Stdio
	Command  netio.Address   // of the scheme exec; the zero Address is none
	Dialogue *netio.Dialogue // stands in for the input; needs that there is no Command; nil is none
}

// commandWatch is how often a session with a command looks for a far end that is
// gone though its bytes still wait: a command may never read them.
const commandWatch = time.Second

func (n Near) isCommand() bool { return n.Command.Scheme != "" }

// open returns the end that does not depend on who the peer is, before there is
// one, so that a bad standard input fails first; nil is a command.
func (n Near) open(ctx context.Context) (*netio.End, error) {
	if n.isCommand() {
		return nil, nil
	}
	return n.Stdio.Dial(ctx)
}

// scripted returns near, or what has the dialogue with far in its place.
func (n Near) scripted(near, far *netio.End) *netio.End {
	if n.Dialogue == nil {
		return near
	}
	return n.Dialogue.Between(near, far)
}

// dialer starts the command, on this host: no proxy leads to it, and what looks on at
// the far end's bytes has seen these.
func (n Near) dialer(o Options) (netio.Dialer, error) {
	o.Net.Layers, o.Net.Proxies = nil, nil
	return n.Command.Dialer(o.Net)
}

// start starts the command for the far end, which is reset where that fails: an
// end in order would be an empty answer.
func (n Near) start(ctx context.Context, far *netio.End, o Options) (*netio.End, error) {
	d, err := n.dialer(o)
	if err != nil {
		_ = far.Close()
		return nil, err
	}
	near, err := d.Dial(netio.WithPeer(ctx, far))
	if err != nil {
		_ = far.Close()
	}
	return near, err
}
