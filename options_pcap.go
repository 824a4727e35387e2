package main

import (
	"os"

	"github.com/mattn/go-isatty"

	"fid/netio"
)

// pcap reads where packets of what passes go.
func (v *values) pcap(out *console) netio.Layer {
	if !v.is("pcap") {
		return nil
	}
	v.exclude([2]string{"pcap", "probe"}) // nothing passes there
	path := v.c.String("pcap")
	if path == "" {
		v.fail(netio.Usagef("", "--pcap: the path is empty"))
	}
	if path == "-" {
		v.freeOutput(out)
	}
	if v.err != nil {
		return nil
	}
	var rec *netio.Recording
	if path == "-" {
		const name = "standard output"
		rec = netio.RecordTo(name, os.Stdout, out.unrecorded(name))
		v.recordings = append(v.recordings, rec)
	} else if rec = v.record(path, out); rec == nil {
		return nil
	}
	version, _ := buildVersion()
	return netio.NewCapture(rec, "fid "+version).Layer
}

// freeOutput refuses --pcap - where standard output has something else to carry, or is
// no place for it.
func (v *values) freeOutput(out *console) {
	free := out.mode == "echo" || out.mode == "relay"
	for _, other := range []string{"output", "broker", "chat", "exec", "sh-exec", "send-only"} {
		free = free || v.is(other)
	}
	switch {
	case out.check:
		v.fail(netio.Usagef("--pcap FILE", "--pcap -: standard output carries the report"))
	case !free:
		v.fail(netio.Usagef("--pcap FILE", "--pcap -: standard output carries the data"))
	case isatty.IsTerminal(os.Stdout.Fd()) || isatty.IsCygwinTerminal(os.Stdout.Fd()):
		v.fail(netio.Usagef("--pcap - | tshark -r -", "--pcap -: standard output is a terminal"))
	}
}
