package netio

import (
	"bytes"
	"context"
	"errors"
	"io"
	"sync"
)

// SharedStdio is standard input and output for several sessions at once. What is
// read from standard input goes to all that are there; each Read of one of them is
// one Write to standard output, never mixed with another's.
type SharedStdio struct {
	std     *End
	hub     *hub
	output  sync.Mutex
	escapes bool // it is a terminal, to which each session writes through an escaper of its own
	failed  func(error)
}

// ShareStdio opens standard input and output for sessions to come. Their end, or
// that of standard output's reader, is told to failed: the run is over then. The end
// of the input is no failure: sessions that come after it have no input.
func ShareStdio(ctx context.Context, s Stdio, failed func(error)) (*SharedStdio, error) {
	std, err := s.Dial(ctx)
	if err != nil {
		return nil, err
	}
	shared := &SharedStdio{std: std, hub: newHub(), failed: failed}
	if own := std.Stream.(*stdio); own.escaper != nil {
		own.escaper, shared.escapes = nil, true
	}
	if std.Input == InputNone {
		shared.hub.close()
	}
	go shared.readInput()
	if w, ok := std.Stream.(interface{ awaitReaderGone() error }); ok {
		go func() {
			if w.awaitReaderGone() == nil {
				failed(ReaderGone(nil))
			}
		}()
	}
	return shared, nil
}

// readInput hands on what standard input gives. While nobody is there it is not
// read: what is typed or written then waits for who comes.
func (s *SharedStdio) readInput() {
	buf := make([]byte, maxHubPiece)
	for s.hub.awaitMember() {
		n, err := s.std.Read(buf)
		if n > 0 {
			_ = s.hub.give(nil, bytes.Clone(buf[:n])) // fails only for a member
		}
		switch {
		case err == nil:
		case errors.Is(err, io.EOF):
			s.hub.close()
			return
		case isStopped(err):
			return
		default: // the members read no end: their sessions are reset
			s.failed(localError("standard input", err))
			return
		}
	}
}

// For returns what makes the near end of the client's session.
func (s *SharedStdio) For(client *End) Dialer {
	return dialFunc(func(context.Context) (*End, error) {
		m, late := s.hub.join(client, "")
		end := &End{Stream: s.share(m), Name: s.std.Name, Input: InputShared, lost: m.lost}
		switch {
		case late:
			end.Input = InputNone
		case s.std.Input == InputTerminal:
			end.Input = InputTerminal
		}
		return end, nil
	})
}

// A share is what one session has of standard input and output. Ending the session
// leaves both open.
type share struct {
	*member
	out     io.Writer
	escaper *escaper // out, where that is a terminal
}

func (s *SharedStdio) share(m *member) *share {
	if s.escapes {
		e := &escaper{to: writeFunc(s.write)}
		return &share{m, e, e}
	}
	return &share{m, writeFunc(s.write), nil}
}

func (s *share) Write(p []byte) (int, error) { return s.out.Write(p) }

// flush shows what a terminal was not given yet.
func (s *share) flush() error {
	if s.escaper == nil {
		return nil
	}
	return s.escaper.flush()
}

func (s *SharedStdio) write(p []byte) (int, error) {
	s.output.Lock()
	defer s.output.Unlock()
	return s.std.Write(p)
}

// Close stops reading standard input and ends standard output; its error is that of
// the last write to reach the disk. All sessions must have ended.
func (s *SharedStdio) Close() error {
	_ = s.std.Close() // calls off what waits to read; the descriptors stay open
	s.hub.close()
	if err := s.std.CloseWrite(); err != nil {
		return localError(s.std.Name, err)
	}
	return nil
}

// dialFunc is a Dialer of a function.
type dialFunc func(context.Context) (*End, error)

func (f dialFunc) Dial(ctx context.Context) (*End, error) { return f(ctx) }
