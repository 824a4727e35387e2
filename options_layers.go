package main

import (
	"os"

	"fid/modes"
	"fid/netio"
)

// layers reads what is seen and changed on the way to the far end: nearest to the network
// what counts and records, then the pace of bytes, telnet, the ends of lines, the pace of lines.
func (v *values) layers(out *console) []netio.Layer {
	v.exclude([2]string{"crlf", "echo"}, [2]string{"telnet", "echo"})
	var layers []netio.Layer
	for _, l := range []netio.Layer{v.digest(), v.pcap(out), v.hex(out), v.limit()} {
		if l != nil {
			layers = append(layers, l)
		}
	}
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

// record makes a Recording to the file that a flag names, or to given, which is open. It is
// opened when the whole command line is known to be right.
func (v *values) record(name string, given *os.File, out *console) *netio.Recording {
	if v.recorded == name || given == nil && v.c.String("json") == name {
		v.fail(netio.Usagef("", "%s: one of --pcap, --hex and --json can be there", shown(name)))
	}
	v.recorded = name
	r := netio.NewRecording(name, given, out.unrecorded(name))
	v.recordings = append(v.recordings, r)
	return r
}

// unrecorded tells at once that a recording is not whole any more.
func (c *console) unrecorded(name string) func(error) {
	return func(err error) { c.event(modes.Event{Name: modes.Unrecorded, Addr: name, Err: err}) }
}
