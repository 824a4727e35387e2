package main

import "fid/netio"

// limit reads how many bytes a second may pass. In a relay the client's end counts them, or
// they would be counted twice.
func (v *values) limit() netio.Layer {
	v.exclude([2]string{"limit", "probe"}, [2]string{"limit", "echo"})
	if !v.is("limit") {
		return nil
	}
	typed := v.c.String("limit")
	rate, err := parseSize(typed)
	if err == nil && rate == 0 {
		err = parseError("at least 1 byte a second is meant")
	}
	if err != nil {
		v.fail(netio.Usagef("", "--limit %s: %s", shown(typed), err))
		return nil
	}
	return v.onceASession(netio.Limited(rate))
}

// onceASession puts a layer on one end of each session: in a relay on the client's.
func (v *values) onceASession(l netio.Layer) netio.Layer {
	if v.line.mode != "relay" {
		return l
	}
	return func(e *netio.End) netio.Stream {
		if !e.Accepted {
			return e.Stream
		}
		return l(e)
	}
}
