package main

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"fid/modes"
	"fid/netio"
)

// words says an event to a person; an empty line says nothing. report is true
// where the line is a check's answer.
func (c *console) words(e modes.Event) (line string, report bool) {
	if c.asNC && c.hasWordsOfNC(e) {
		return c.wordsOfNC(e), false
	}
	watched := c.verbose > 0 || c.onScreen && c.serving
	switch e.Name {
	case modes.Listening:
		if e.AnyPort || c.verbose > 0 || c.onScreen {
			return c.prefix() + "listening on " + typable(e.Ready, local(e)) + c.fromElsewhere(e), false
		}
	case modes.Accepted:
		if c.verbose > 0 || c.onScreen {
			return c.prefix() + netio.Label(e.Addr) + peerName(e.Peer) + arrived(e), false
		}
	case modes.Denied:
		if watched && c.serving && !c.once { // else it is how the run ends
			return c.prefix() + e.Err.Error(), false
		}
	case modes.Connected:
		if c.verbose > 0 && e.Client != "" {
			return c.prefix() + netio.Label(peerName(e.Client)) + joined(e) + " to " + e.Addr + between(e.Peer, local(e)), false
		}
		if c.verbose > 0 {
			return c.prefix() + netio.Label(e.Addr) + joined(e) + onTheWay(e), false
		}
	case modes.Made:
		c.madePin = e.Text
		return c.prefix() + netio.Label(e.Addr) + "a certificate was made for this run; the other side can type --pin " + e.Text, false
	case modes.Unrecorded:
		return c.prefix() + e.Err.Error() + "; the session goes on, its record does not", false
	case modes.Step:
		return c.prefix() + e.Text, false
	case modes.Note:
		if c.verbose > 0 || c.onScreen && !e.Quiet {
			return c.prefix() + netio.Label(e.Addr) + e.Text, false
		}
	case modes.Ended:
		return c.endWords(e, watched), false
	}
	return c.checkWords(e)
}

// between names the two addresses of a connection; one of a Unix socket has none
// of its own.
func between(peer, local string) string {
	if local == "" || local == "@" {
		return ""
	}
	return " (" + peer + " from " + local + ")"
}

// onTheWay is what a connection is made of.
func onTheWay(e modes.Event) string {
	if e.Through != "" {
		return " (through " + e.Through + ")"
	}
	return between(e.Peer, local(e))
}

// checkWords says what a check found.
func (c *console) checkWords(e modes.Event) (line string, report bool) {
	switch e.Name {
	case modes.Open:
		return c.openWords(e), true
	case modes.Shut:
		if !e.Found.Said && (!e.Quiet || c.verbose > 0) {
			return c.prefix() + e.Err.Error(), false
		}
	case modes.Ports:
		return countWords(e), true
	case modes.Pinged:
		return timedWords(e), true
	case modes.Echo:
		return fmt.Sprintf("%secho %d: %s in %s", netio.Label(e.Addr), e.Seq, netio.Bytes(e.Sent), trip(e.Seconds)), true
	case modes.Echoes:
		return probesWords(e, "%s%d sent, %d back, %.3g %% lost", "round trip"), true
	case modes.Pings:
		return probesWords(e, "%s%d tried, %d connected, %.3g %% lost", "connect time"), true
	}
	return "", false
}

// endWords says how a session ended. In a serving mode it is the only place
// where a session's failure is told, and one that is not the client's doing is
// told in any case, but for datagrams that nobody wants: each may be a session.
func (c *console) endWords(e modes.Event, watched bool) string {
	who := c.who(e)
	kind := netio.KindOf(e.Err)
	switch {
	case kind > 128:
		return ""
	case e.Err != nil && c.serving && !c.once && (watched || kind != netio.KindReset && !(e.Datagrams && kind == netio.KindRefused) || errors.Is(e.Err, netio.ErrDropped)):
		if c.mode != "relay" { // whose errors name the end that failed
			return who + strings.TrimPrefix(strings.TrimPrefix(e.Err.Error(), netio.Label(e.Addr)), netio.Label(e.Of))
		}
		return who + e.Err.Error()
	case e.Err != nil || !watched:
		return ""
	}
	return who + howEnded(e)
}

// who is what the line of a session begins with.
func (c *console) who(e modes.Event) string {
	if c.serving {
		return c.prefix() + netio.Label(peerName(e.Peer))
	}
	return c.prefix() + netio.Label(e.Addr)
}

// howEnded says how a session ended, who was first, and what passed.
func howEnded(e modes.Event) string {
	how := "in order"
	if kind := netio.KindOf(e.Err); kind != 0 {
		how = "(" + kind.String() + ")"
	}
	return "ended " + how + firstWords(e.First) + ": " + passed(sent(e), e.Received, 0, e.Seconds)
}

// sent is what of a session's bytes counts, as its error counts them.
func sent(e modes.Event) int64 {
	if netio.KindOf(e.Err) == netio.KindReset && e.Outcome != nil {
		return e.Sent - e.Outcome.Unacked
	}
	return e.Sent
}

// passed says how many bytes went each way, and how fast; size is how many there are to
// send, where that is known, else 0.
func passed(sent, received, size int64, seconds float64) string {
	of := netio.Bytes(sent)
	if size > sent {
		of = netio.BytesOf(sent, size)
	}
	words := of + " sent, " + netio.Bytes(received) + " received in " + trip(seconds)
	var rates []string
	for _, way := range []struct {
		bytes int64
		name  string
	}{{sent, "out"}, {received, "in"}} {
		if way.bytes > 0 && seconds > 0 {
			rates = append(rates, netio.Bytes(int64(float64(way.bytes)/seconds))+"/s "+way.name)
		}
	}
	if len(rates) == 0 {
		return words
	}
	return words + " (" + strings.Join(rates, ", ") + ")"
}

func firstWords(first string) string {
	if first == "" {
		return ""
	}
	return ", the " + first + " end first"
}

// hostPort is an address without the scheme of datagrams or of TLS before it.
func hostPort(addr string) string {
	if protocolOf(addr) != "tcp" {
		_, addr, _ = strings.Cut(addr, ":")
	}
	return strings.TrimPrefix(addr, "//")
}

// protocolOf is "udp" or "tls" where the address says so, else "tcp".
func protocolOf(addr string) string {
	if strings.HasPrefix(addr, "tls:") {
		return "tls"
	}
	if scheme, _, _ := strings.Cut(addr, ":"); scheme == "udp" || scheme == "udp4" || scheme == "udp6" {
		return "udp"
	}
	return "tcp"
}

// protocol is that of an address as it was typed, in the words of nc: with -u all are UDP.
func (c *console) protocol(addr string) string {
	if c.udp || protocolOf(addr) == "udp" {
		return "udp"
	}
	return "tcp"
}

// typable is where somebody listens, with its scheme where that is to be typed.
func typable(ready, local string) string {
	if protocolOf(ready) == "udp" {
		return "udp:" + local
	}
	return local
}

// arrived says how a client came.
func arrived(e modes.Event) string {
	if e.Datagrams {
		return " sends datagrams"
	}
	return " connected"
}

// joined says what a dialled end is; there is no connection to who gets datagrams.
func joined(e modes.Event) string {
	if e.Datagrams {
		return "sends datagrams"
	}
	return "connected"
}

// fromElsewhere tells what to type on another host where all addresses are
// listened on.
func (c *console) fromElsewhere(e modes.Event) string {
	ap, err := netip.ParseAddrPort(local(e))
	if err != nil || !ap.Addr().IsUnspecified() {
		return ""
	}
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		return ""
	}
	for _, a := range addrs {
		n, ok := a.(*net.IPNet)
		if !ok || !n.IP.IsGlobalUnicast() || n.IP.To4() == nil && !ap.Addr().Is6() {
			continue
		}
		host, port := n.IP.String(), strconv.Itoa(int(ap.Port()))
		if protocol := protocolOf(e.Ready); protocol != "tcp" {
			address := protocol + ":" + net.JoinHostPort(host, port)
			if c.madePin != "" { // without it the certificate is one that nobody vouches for
				address = "--pin " + c.madePin + " " + address
			}
			return "; from another host: fid connect " + address
		}
		return "; from another host: fid connect " + host + " " + port
	}
	return ""
}

// peerName is a client's address; a client of a Unix socket has none.
func peerName(peer string) string {
	if peer == "" || peer == "@" {
		return "a client"
	}
	return peer
}

// trip writes seconds as people say them, with three digits.
func trip(seconds float64) string {
	switch d := time.Duration(seconds * float64(time.Second)); {
	case d < time.Millisecond:
		return fmt.Sprintf("%.3g µs", seconds*1e6)
	case d < time.Second:
		return fmt.Sprintf("%.3g ms", seconds*1e3)
	case d < 100*time.Second:
		return fmt.Sprintf("%.3g s", seconds)
	default:
		return d.Round(time.Second).String()
	}
}
