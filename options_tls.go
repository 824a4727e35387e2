package main

import (
	"os"

	"fid/modes"
	"fid/netio"
)

// A tlsFlag is a flag that gives a TLS address the option of the same name.
type tlsFlag struct {
	name           string
	listens, dials bool // for which ends it is
	once           bool // of the two ends of a relay it is the listening one's, if that has TLS
}

func tlsFlags() []tlsFlag {
	return []tlsFlag{
		{"alpn", true, true, false},
		{"ca", false, true, false},
		{"cert", true, true, true},
		{"client-ca", true, false, false},
		{"insecure", false, true, false},
		{"key", true, true, true},
		{"name", false, true, false},
		{"pin", false, true, false},
		{"starttls", false, true, false},
	}
}

// over gives an address what a flag says it runs over, where it was typed without a scheme.
func (v *values) over(a netio.Address, role netio.Role, err error) (netio.Address, error) {
	switch {
	case err != nil:
	case v.is("udp") && !a.IsDatagram():
		return a.Over("udp", v.dashed("udp"))
	case v.is("tls"):
		return a.Over("tls", v.dashed("tls"))
	case v.is("starttls") && role == netio.ToDial:
		return a.Over("tls", v.dashed("starttls"))
	}
	return a, err
}

// secure gives the addresses of a run the TLS options that are flags: those of the
// listening end, nil for none, and of the ends that are dialled.
func (v *values) secure(listens *netio.Address, dialled []netio.Address) {
	for _, f := range tlsFlags() {
		if !v.is(f.name) {
			continue
		}
		value := v.c.String(f.name)
		if f.name == "insecure" {
			value = "yes"
		}
		used := false
		if f.listens && listens != nil && listens.Scheme == "tls" {
			used = listens.SetOption(f.name, value)
		}
		for i := range dialled {
			if f.dials && dialled[i].Scheme == "tls" && !(used && f.once) {
				used = dialled[i].SetOption(f.name, value) || used
			}
		}
		switch {
		case value == "":
			v.fail(netio.Usagef("", "%s: its value is empty", v.dashed(f.name)))
		case !used:
			v.fail(unused(v.dashed(f.name), f, listens, dialled))
		}
	}
}

// secureListener is secure for a run that dials nothing: there the limit on
// connecting is one on the handshakes of clients.
func (v *values) secureListener(a *netio.Address) {
	v.secure(a, nil)
	if v.is("connect-timeout") && a.Scheme != "tls" {
		v.fail(netio.Usagef("--accept-timeout DUR limits the wait for a client", "--connect-timeout limits a client's TLS handshake here, and there is no TLS"))
	}
}

// unused says why there is nothing for the flag to be given to.
func unused(typed string, f tlsFlag, listens *netio.Address, dialled []netio.Address) error {
	ends := dialled
	if listens != nil {
		ends = append([]netio.Address{*listens}, dialled...)
	}
	for _, a := range ends {
		if a.Options[f.name] != "" {
			return netio.Usagef("", "%s and %s= in %s exclude each other", typed, f.name, shorten(a.Text))
		}
	}
	return netio.Usagef(tlsHint(listens, dialled, f), "%s needs TLS", typed)
}

// tlsHint says what would give the flag something to work on.
func tlsHint(listens *netio.Address, dialled []netio.Address, f tlsFlag) string {
	switch {
	case listens != nil && len(dialled) > 0:
		return "fid relay tls:PORT TARGET  or  fid relay LISTEN tls:HOST:PORT"
	case listens != nil && !f.listens, listens == nil && !f.dials:
		return ""
	}
	return "--tls  or  tls:..."
}

// tlsTalk tells of what TLS must have said: the pin of a certificate that was made.
func tlsTalk(o *netio.Options, out *console) {
	if name := os.Getenv("SSLKEYLOGFILE"); name != "" {
		o.KeyLog = &netio.KeyLog{Name: name}
	}
	o.MadePin = func(addr, pin string) { out.event(modes.Event{Name: modes.Made, Addr: addr, Text: pin}) }
}
