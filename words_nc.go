package main

import (
	"cmp"
	"errors"
	"fmt"
	"net"

	"fid/modes"
	"fid/netio"
)

// The sentences of nc, for who has started fid under that name.

// hasWordsOfNC: nc says it, or keeps quiet about it. For the others there are fid's words.
func (c *console) hasWordsOfNC(e modes.Event) bool {
	switch e.Name {
	case modes.Made, modes.Denied, modes.Note, modes.Step:
		return false
	case modes.Ended:
		return !c.serving
	case modes.Open:
		return len(e.Found.Banner) == 0
	case modes.Pinged, modes.Pings, modes.Echo, modes.Echoes: // nc has no such report
		return false
	}
	return true
}

// wordsOfNC are the sentences of nc.openbsd, which scripts look for.
func (c *console) wordsOfNC(e modes.Event) string {
	if c.verbose == 0 {
		return ""
	}
	host, port, _ := net.SplitHostPort(e.Peer)
	if e.Through != "" { // nc names the far end, not the proxy
		host, port, _ = net.SplitHostPort(e.Addr)
	}
	switch e.Name {
	case modes.Listening:
		h, p, _ := net.SplitHostPort(local(e))
		if protocolOf(e.Ready) == "udp" {
			return "Bound on " + h + " " + p
		}
		return "Listening on " + h + " " + p
	case modes.Accepted:
		return "Connection received on " + host + " " + port
	case modes.Connected, modes.Open:
		typed := typedHost(e.Addr)
		return fmt.Sprintf("Connection to %s%s %s port [%s/%s] succeeded!", typed, numeric(typed, host), port, c.protocol(e.Addr), cmp.Or(c.service(port, e.Datagrams || e.Found != nil && e.Found.Datagrams), "*"))
	case modes.Shut:
		if !e.Found.Said {
			return c.errorOfNC(e.Err)
		}
	}
	return ""
}

// numeric is the address beside a name that stands for it.
func numeric(typed, host string) string {
	if typed == host {
		return ""
	}
	return " (" + host + ")"
}

// errorOfNC is how nc.openbsd says that a connection failed.
func (c *console) errorOfNC(err error) string {
	var e *netio.Error
	if !errors.As(err, &e) {
		return "nc: " + err.Error()
	}
	host, port, splitErr := net.SplitHostPort(hostPort(e.Addr))
	over := c.protocol(e.Addr)
	if len(e.Tried) > 0 {
		host += numeric(host, e.Tried[0])
	}
	switch {
	case splitErr != nil:
	case e.Kind == netio.KindRefused:
		return fmt.Sprintf("nc: connect to %s port %s (%s) failed: Connection refused", host, port, over)
	case e.Kind == netio.KindTimeout:
		return fmt.Sprintf("nc: connect to %s port %s (%s) timed out: Operation now in progress", host, port, over)
	case e.Kind == netio.KindUnreachable:
		return fmt.Sprintf("nc: connect to %s port %s (%s) failed: No route to host", host, port, over)
	}
	return "nc: " + err.Error()
}

func typedHost(addr string) string {
	if host, _, err := net.SplitHostPort(hostPort(addr)); err == nil {
		return host
	}
	return addr
}
