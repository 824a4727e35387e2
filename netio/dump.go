package netio

import (
	"errors"
	"fmt"
	"io"
	"sync"
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

	mu   sync.Mutex
	open map[*dumped]struct{} // nil before the first
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
	s := &dumped{Stream: e.Stream, end: e, holds: e.heldUpBy(d.To),
		out: &dumpSide{dump: d, mark: '>', verb: "sent", colour: d.Colours[0], client: client},
		in:  &dumpSide{dump: d, mark: '<', verb: "received", colour: d.Colours[1], client: client}}
	if d.Relay {
		s.out, s.in = s.in, s.out
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.open == nil {
		d.open, d.To.last = map[*dumped]struct{}{}, d.closeAll
	}
	d.open[s] = struct{}{}
	return s
}

// closeAll tells the end of what is still open at the run's end: the process's own resets it.
func (d *Dump) closeAll() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for s := range d.open {
		s.closed()
	}
}

// nameOf is who an end is: its address, or a number where it has none.
func (d *Dump) nameOf(e *End) string {
	if e.Peer == "" || e.Peer == "@" { // a client of a Unix socket
		return fmt.Sprintf("client %d", d.came.Add(1))
	}
	return string(appendPlain(nil, []byte(e.Peer))) // that of a Unix datagram is a path, which may have a newline
}

// A dumped is a stream that a Dump shows.
type dumped struct {
	Stream
	end     *End
	holds   *holds
	out, in *dumpSide   // of Write and of Read
	broken  atomic.Bool // a Read or Write has told so
}

func (s *dumped) Read(p []byte) (int, error) {
	if s.end.Datagram == 0 {
		p = p[:min(len(p), dumpPiece)]
	}
	if err := s.holds.in.await(); err != nil {
		return 0, err
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
		s.broken.Store(true)
		s.in.ended("reset")
	case errors.Is(err, io.EOF):
		s.in.ended("end")
	default:
		s.broken.Store(true)
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
		if err := s.holds.out.await(); err != nil {
			return done, err
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
			s.broken.Store(true)
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
	s.holds.stop()
	err := s.Stream.Close()
	d := s.out.dump
	d.mu.Lock()
	defer d.mu.Unlock()
	s.closed()
	return err
}

// closed shows what was held back, and our reset, where that is how the connection is closed.
// It is for who holds Dump.mu, so that a recording is not closed in the middle of it.
func (s *dumped) closed() {
	if _, isOpen := s.out.dump.open[s]; !isOpen {
		return
	}
	delete(s.out.dump.open, s)
	s.out.rest()
	s.in.rest()
	if sock := s.end.Sock; sock != nil && sock.tcp != nil && !sock.settled.Load() && !s.broken.Load() {
		s.out.ended("reset")
	}
}

// why says a failure in a few words.
func (s *dumped) why(err error) string {
	_, what := s.end.describeBreak(err)
	return what
}
