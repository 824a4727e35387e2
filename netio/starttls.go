package netio

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// What a server may say before TLS begins, in one dialogue: the capabilities of a
// server take some twenty lines, its longest binary message some hundred bytes.
const (
	maxStartTLSLine    = 4 << 10  // bytes, the line's end among them
	maxStartTLSLines   = 100      // of all answers together
	maxStartTLSMessage = 64 << 10 // bytes of a binary message, or of an XML stream
)

// A startTLSProtocol is one row of the table of protocols that begin in plain text
// and go over to TLS on request.
type startTLSProtocol struct {
	name   string
	begins string // the bytes that a server of this protocol can say first; empty where the dialogue looks itself
	talk   func(*upgrade) error
}

func startTLSProtocols() []startTLSProtocol {
	return []startTLSProtocol{
		{"smtp", "2345", startSMTP},
		{"imap", "*", startIMAP},
		{"pop3", "+-", startPOP3},
		{"ldap", "\x30", startLDAP},
		{"postgres", "SNE", startPostgres},
		{"mysql", "", startMySQL},
		{"xmpp", "< \t\r\n", startXMPP},
	}
}

// StartTLSProtocols returns the names of the protocols that can be asked to begin TLS.
func StartTLSProtocols() []string {
	var names []string
	for _, p := range startTLSProtocols() {
		names = append(names, p.name)
	}
	return names
}

// startTLS asks the server behind rw to begin TLS, as its protocol has it, and reads
// its answer. After it nothing has been read beyond the last byte of the server's
// go-ahead: what a stranger has put behind that in plain text becomes neither TLS data
// nor lost, but spoils the handshake (CVE-2011-0411). Host is the server's name without
// a port; only xmpp tells it to the server. The error is an *Error without Addr, and
// wraps that of rw where rw has failed.
func startTLS(protocol string, rw io.ReadWriter, host string) error {
	for _, p := range startTLSProtocols() {
		if p.name != protocol {
			continue
		}
		d := &upgrade{startTLSProtocol: p, rw: rw, host: host, awaited: "greeting"}
		return p.talk(d)
	}
	return Usagef("", "no such protocol for STARTTLS: %s (there is: %s)", cut(protocol), strings.Join(StartTLSProtocols(), ", "))
}

// An upgrade is the dialogue before TLS begins.
type upgrade struct {
	startTLSProtocol
	rw      io.ReadWriter
	host    string
	awaited string // what the server owes: "greeting", "answer to EHLO"
	heard   []byte // what has come of it; of lines only the last one
	lines   int    // read so far
	begun   bool   // the server has said something
}

// ask sends a request, and names the answer that is due.
func (d *upgrade) ask(request, awaited string) error {
	d.awaited, d.heard = awaited, d.heard[:0]
	if _, err := io.WriteString(d.rw, request); err != nil {
		kind, what := describe(err)
		return &Error{Kind: kind, What: "cannot ask for TLS (" + d.name + "): " + what, Err: err}
	}
	return nil
}

// read reads exactly n bytes.
func (d *upgrade) read(n int) ([]byte, error) {
	at := len(d.heard)
	if at+n > maxStartTLSMessage {
		return nil, d.malformed(fmt.Sprintf("more than %d kB", maxStartTLSMessage>>10))
	}
	d.heard = append(d.heard, make([]byte, n)...)
	got, err := io.ReadFull(d.rw, d.heard[at:])
	d.heard = d.heard[:at+got]
	if got > 0 && !d.begun {
		d.begun = true
		if d.begins != "" && strings.IndexByte(d.begins, d.heard[0]) < 0 {
			return nil, d.stranger()
		}
	}
	if err != nil {
		return nil, d.failed(err)
	}
	return d.heard[at:], nil
}

// line reads one line, a byte at a time, and returns it without its end. A bare LF
// ends a line, too: servers that are made by hand say so.
func (d *upgrade) line() (string, error) {
	d.lines++
	if d.lines > maxStartTLSLines {
		return "", d.malformed(fmt.Sprintf("more than %d lines", maxStartTLSLines))
	}
	d.heard = d.heard[:0]
	for len(d.heard) < maxStartTLSLine {
		b, err := d.read(1)
		switch {
		case err != nil:
			return "", err
		case b[0] == '\n':
			return strings.TrimSuffix(string(d.heard[:len(d.heard)-1]), "\r"), nil
		case b[0] < ' ' && b[0] != '\t' && b[0] != '\r':
			return "", d.notALine("a control character in " + quoted(d.heard))
		}
	}
	return "", d.notALine(fmt.Sprintf("a line of more than %d bytes", maxStartTLSLine))
}

// notALine refuses a line; a server whose first one it is speaks something else.
func (d *upgrade) notALine(why string) error {
	if d.lines == 1 {
		return d.stranger()
	}
	return d.malformed(why)
}

// stranger is the error for a server that speaks another protocol than was asked for.
func (d *upgrade) stranger() error {
	if isTLSRecord(d.heard) {
		return &Error{Kind: KindTLS, Hint: "without --starttls",
			What: "this is no " + d.name + " server: it speaks TLS from the first byte"}
	}
	if len(d.heard) <= 4 { // too few to tell who it is; what came with them takes one Read
		more := make([]byte, 80)
		got, _ := d.rw.Read(more)
		d.heard = append(d.heard, more[:got]...)
	}
	return d.say("this is no " + d.name + " server: it says " + quoted(d.heard))
}

// isTLSRecord reports whether p begins like an alert or a handshake (RFC 8446, section
// 5.1).
func isTLSRecord(p []byte) bool {
	return len(p) > 0 && (p[0] == 0x15 || p[0] == 0x16) && (len(p) == 1 || p[1] == 3)
}

// malformed is the error for an answer that the protocol does not have.
func (d *upgrade) malformed(why string) error {
	return d.say("malformed " + d.awaited + " (" + d.name + "): " + why)
}

// refused is the error for a server that says no to what, in its own words.
func (d *upgrade) refused(what, words string) error {
	return d.say(what + " refused (" + d.name + "): " + words)
}

// turnedAway is refused for a server that wants nothing to do with us, TLS or not.
func (d *upgrade) turnedAway(words string) error { return d.refused("service", words) }

func (d *upgrade) notOffered() error {
	return d.say("STARTTLS is not offered (" + d.name + ")")
}

func (d *upgrade) say(what string) error { return &Error{Kind: KindTLS, What: what} }

// failed is the error for a connection that fails, or ends, before the answer.
func (d *upgrade) failed(err error) error {
	e := &Error{Kind: KindTLS, What: "no " + d.awaited + " (" + d.name + ")", Err: err}
	if len(d.heard) > 0 {
		e.What = "no whole " + d.awaited + " (" + d.name + "), only " + quoted(d.heard)
	}
	if !d.begun { // a server that awaits a TLS handshake says nothing, and may hang up at anything else
		e.Hint = "if it speaks TLS from the first byte: without --starttls"
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		e.What += ": the far end closed"
		return e
	}
	kind, what := describe(err)
	e.Kind = kind
	if kind != KindTimeout { // whose text is what has been said already
		e.What += ": " + what
	}
	return e
}

// words are a server's own, cut, and escaped so that no terminal obeys them.
func words(s string) string {
	q := quoted([]byte(s))
	return strings.ReplaceAll(q[1:len(q)-1], `\"`, `"`)
}

// quoted is what a server says, between quotation marks: of a text the first line.
func quoted(said []byte) string {
	all := string(said)
	line, _, _ := strings.Cut(all, "\n")
	line = strings.TrimSuffix(line, "\r")
	if line == "" || strings.ContainsFunc(line, func(r rune) bool { return r < ' ' && r != '\t' }) {
		line = all // a LF ends nothing in a binary message
	}
	return strconv.Quote(cut(line))
}
