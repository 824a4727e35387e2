package netio

import (
	"errors"
	"fmt"
	"io"
	"sync/atomic"
)

// A Dump shows people what passes between a session and the network: what is sent before it
// is, so that no answer stands above its question, and what is received after it came. Each
// record is written as a whole, so the lines of sessions never mix.
type Dump struct {
	To      *Recording
	Text    bool      // lines of text in place of hex
	Relay   bool      // of the two ends of a session only the accepted one is shown; what it says is sent
	Clients bool      // there may be several sessions: each record tells whose it is
	Colours [2]string // of what is sent and received: the parameters of SGR (ECMA-48); empty is none

	came atomic.Int64 // clients without an address
}

// dumpPiece is the most of a stream that one record shows, and that one Write is given: what
// is shown as sent is on its way soon.
const dumpPiece = 16 << 10

// Layer puts the dump on an end.
func (d *Dump) Layer(e *End) Stream {
	if d.Relay && !e.Accepted {
		return e.Stream
	}
	client := ""
	if d.Clients {
		client = "  " + d.nameOf(e)
	}
	s := &dumped{Stream: e.Stream, end: e,
		out: &dumpSide{dump: d, mark: '>', verb: "sent", colour: d.Colours[0], client: client},
		in:  &dumpSide{dump: d, mark: '<', verb: "received", colour: d.Colours[1], client: client}}
	if d.Relay {
		s.out, s.in = s.in, s.out
	}
	return s
}

// nameOf is who an end is: its address, or a number where it has none.
func (d *Dump) nameOf(e *End) string {
	if e.Peer == "" || e.Peer == "@" { // a client of a Unix socket
		return fmt.Sprintf("client %d", d.came.Add(1))
	}
	var all escaper
	shown := all.encode(nil, []byte(e.Peer))
	return string(appendEscaped(shown, all.held))
}

// A dumped is a stream that a Dump shows.
type dumped struct {
	Stream
	end     *End
	out, in *dumpSide // of Write and of Read
}

func (s *dumped) Read(p []byte) (int, error) {
	if s.end.Datagram == 0 {
		p = p[:min(len(p), dumpPiece)]
	}
	n, err := s.Stream.Read(p)
	if n > 0 || err == nil && s.end.Datagram > 0 {
		s.in.bytes(p[:n])
	}
	switch {
	case err == nil:
	case isStopped(err):
		s.in.rest()
	case errors.Is(err, io.EOF) && s.end.wasReset():
		s.in.ended("reset")
	case errors.Is(err, io.EOF):
		s.in.ended("end")
	default:
		s.in.ended(s.why(err))
	}
	return n, err
}

func (s *dumped) Write(p []byte) (int, error) {
	for done := 0; ; {
		piece := p[done:]
		if s.end.Datagram == 0 {
			piece = piece[:min(len(piece), dumpPiece)]
		}
		if len(piece) > 0 || s.end.Datagram > 0 {
			s.out.bytes(piece)
		}
		n, err := s.Stream.Write(piece)
		done += n
		switch {
		case err != nil && isStopped(err):
			s.out.short(n, len(piece), "")
		case err != nil:
			s.out.short(n, len(piece), s.why(err))
		case n < len(piece):
			s.out.short(n, len(piece), "")
		case done < len(p):
			continue
		}
		return done, err
	}
}

// CloseWrite says the end before it is one, as Write does.
func (s *dumped) CloseWrite() error {
	if s.end.isEndless() {
		return s.Stream.CloseWrite()
	}
	s.out.ended("end")
	err := s.Stream.CloseWrite()
	if err != nil {
		s.out.says("the end was not taken: " + s.why(err))
	}
	return err
}

func (s *dumped) Close() error {
	err := s.Stream.Close()
	s.out.rest()
	s.in.rest()
	return err
}

// why says a failure in a few words.
func (s *dumped) why(err error) string {
	_, what := s.end.describeBreak(err)
	return what
}
