package main

import (
	"strings"

	"fid/modes"
	"fid/netio"
)

// digest reads which digest is told of what went each way.
func (v *values) digest() netio.Layer {
	v.exclude([2]string{"digest", "probe"}, [2]string{"digest", "echo"})
	if !v.is("digest") {
		return nil
	}
	typed := v.c.String("digest")
	l := netio.Digested(typed)
	if l == nil {
		v.fail(netio.Usagef("", "--digest %s: one of %s is meant", shown(typed), strings.Join(netio.Algorithms(), ", ")))
		return nil
	}
	return v.onceASession(l)
}

// sayDigest tells a session's digests as sha256sum does, whether anybody watches or not.
func (c *console) sayDigest(e modes.Event) {
	if e.Outcome == nil || e.Outcome.Digest == nil {
		return
	}
	whose := ""
	if c.serving && !c.once {
		whose = " " + peerName(e.Peer)
	}
	d := e.Outcome.Digest
	c.say(d.Sent + "  sent" + whose)
	c.say(d.Received + "  received" + whose)
}

// A digest is that of what went each way.
type digest struct {
	Algorithm string `json:"algorithm"`
	Sent      string `json:"sent"`
	Received  string `json:"received"`
}

func newDigest(o *netio.Outcome) *digest {
	if o == nil || o.Digest == nil {
		return nil
	}
	return &digest{o.Digest.Algorithm, o.Digest.Sent, o.Digest.Received}
}
