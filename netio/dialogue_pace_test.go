package netio

import (
	"testing"
	"time"
)

func TestTheClockOfADialogueDoesNotCountThePausesBetweenLines(t *testing.T) {
	r := rows()[0]
	r.layers = []Layer{Paced(200 * time.Millisecond)}
	d := converse(t, 50*time.Millisecond, "say one\ntwo\n", "await thanks")
	o, _ := d.holds(t, r, atOnce, func(peer *End) {
		hears(t, peer, "one\ntwo\n")
		says(t, peer, "thanks")
		hearsEnd(t, peer)
	})
	if o.Err != nil {
		t.Errorf("%+v", o)
	}
}
