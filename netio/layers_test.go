package netio

import (
	"errors"
	"io"
	"sync"
)

// A tape is a Stream that gives what is on it in the given pieces, and keeps what is
// written.
type tape struct {
	gives   [][]byte
	mu      sync.Mutex
	written []byte
	writes  []string
	ended   bool
}

func (s *tape) Read(p []byte) (int, error) {
	if len(s.gives) == 0 {
		return 0, io.EOF
	}
	n := copy(p, s.gives[0])
	if s.gives[0] = s.gives[0][n:]; len(s.gives[0]) == 0 {
		s.gives = s.gives[1:]
	}
	return n, nil
}

func (s *tape) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		return 0, errors.New("written behind the end")
	}
	s.written = append(s.written, p...)
	s.writes = append(s.writes, string(p))
	return len(p), nil
}

func (s *tape) CloseWrite() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = true
	return nil
}

func (s *tape) Close() error { return nil }

// cutUp cuts b at the places that cuts tells: each byte is the length of a piece, 0 of
// none.
func cutUp(b, cuts []byte) [][]byte {
	var pieces [][]byte
	for _, c := range cuts {
		if n := min(int(c), len(b)); n > 0 {
			pieces, b = append(pieces, b[:n:n]), b[n:]
		}
	}
	if len(b) > 0 {
		pieces = append(pieces, b)
	}
	return pieces
}
