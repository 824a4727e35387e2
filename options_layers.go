package main

import (
	"fid/modes"
	"fid/netio"
)

// layers reads what is changed on the way to the far end: lines outermost, then their
// ends, then the bytes.
func (v *values) layers(out *console) []netio.Layer {
	v.exclude([2]string{"crlf", "echo"}, [2]string{"telnet", "echo"})
	var layers []netio.Layer
	if v.is("telnet") {
		layers = append(layers, netio.Telnet)
	}
	if v.is("crlf") {
		layers = append(layers, netio.CRLF)
	}
	if v.is("interval") && !out.check {
		if pause := v.duration("interval"); pause > 0 {
			layers = append(layers, netio.Paced(pause))
			out.event(modes.Event{Name: modes.Note, Quiet: true,
				Text: "pacing lines by " + netio.Seconds(pause) + "; --idle-timeout ends an idle session"})
		}
	}
	return layers
}
