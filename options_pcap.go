package main

import (
	"os"

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
	var given *os.File
	if path == "-" {
		path, given = "standard output", os.Stdout
	}
	version, _ := buildVersion()
	return netio.NewCapture(v.record(path, given, out), "fid "+version).Layer
}

// freeOutput refuses --pcap - where standard output has something else to carry, or is
// no place for it.
func (v *values) freeOutput(out *console) {
	switch {
	case out.check:
		v.fail(netio.Usagef("--pcap FILE", "--pcap -: standard output carries the report"))
	case v.takesOutput(out.mode):
		v.fail(netio.Usagef("--pcap FILE", "--pcap -: standard output carries the data"))
	case isScreen(os.Stdout):
		v.fail(netio.Usagef("--pcap - | tshark -r -", "--pcap -: standard output is a terminal"))
	}
}
