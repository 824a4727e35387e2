package netio

import (
	"bytes"
	"sync"
)

// A rawStdio is standard input and output at a raw terminal. What is typed is read at
// once, even while the far end takes nothing: the escape key must be seen then, too.
type rawStdio struct {
	*stdio
	terminal *RawTerminal
	once     sync.Once
	failed   error         // of begin
	escaped  chan struct{} // closed when the escape key was typed
	stopped  chan struct{} // closed by StopReading

	mu      sync.Mutex
	changed *sync.Cond
	typed   []byte // and not given to a Read yet
	waiting bool   // a Read has to wait: all that those before it gave is written
	left    bool   // the escape key was typed: nothing follows
	ended   error  // nil while a Read has to wait
}

// maxTyped is how many bytes may wait for a far end that takes nothing.
const maxTyped = 16 << 20

func newRawStdio(s *stdio, t *RawTerminal) *rawStdio {
	r := &rawStdio{stdio: s, terminal: t, escaped: make(chan struct{}), stopped: make(chan struct{})}
	r.changed = sync.NewCond(&r.mu)
	t.over = make(chan struct{})
	return r
}

// begin makes the terminal raw, once: before that Ctrl-C ends a wait for the far end.
func (s *rawStdio) begin() error {
	s.once.Do(func() {
		if s.failed = s.terminal.begin(); s.failed == nil {
			go s.readKeys()
		}
	})
	return s.failed
}

// readKeys reads what is typed until the escape key.
func (s *rawStdio) readKeys() {
	buf := make([]byte, minBuffer)
	for {
		n, err := s.stdio.Read(buf)
		keys, _, left := bytes.Cut(buf[:n], []byte{s.terminal.Escape})
		s.mu.Lock()
		for len(s.typed) >= maxTyped && s.ended == nil {
			s.changed.Wait()
		}
		s.typed = append(s.typed, keys...)
		s.left = left
		if s.ended == nil {
			s.ended = err
		}
		over := s.left || s.ended != nil
		s.changed.Broadcast()
		s.mu.Unlock()
		if left {
			if s.terminal.Left != nil {
				s.terminal.Left()
			}
			close(s.escaped)
		}
		if over {
			return
		}
	}
}

// Read gives what was typed before the escape key, and then nothing until StopReading.
func (s *rawStdio) Read(p []byte) (int, error) {
	if err := s.begin(); err != nil {
		return 0, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.waiting = true; len(s.typed) == 0 && s.ended == nil; {
		s.changed.Wait()
	}
	s.waiting = false
	if len(s.typed) == 0 || isStopped(s.ended) {
		return 0, s.ended
	}
	n := copy(p, s.typed)
	s.typed = s.typed[n:]
	s.changed.Broadcast()
	return n, nil
}

func (s *rawStdio) Write(p []byte) (int, error) {
	if err := s.begin(); err != nil && err != errStopped { // what came before that is still written
		return 0, err
	}
	return s.stdio.Write(p)
}

// awaitEscape returns nil when the escape key was typed.
func (s *rawStdio) awaitEscape() error {
	select {
	case <-s.escaped:
		return nil
	case <-s.stopped:
		return errStopped
	}
}

// isIdle reports whether a Read gives nothing now: while none waits, what the last one gave
// may not be counted yet.
func (s *rawStdio) isIdle() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.waiting && len(s.typed) == 0 && (s.left || s.stdio.isIdle())
}

// StopReading ends the Read that waits and all later ones, and the raw mode with them.
func (s *rawStdio) StopReading() {
	s.terminal.Restore()                        // ends a begin that waits, too
	s.once.Do(func() { s.failed = errStopped }) // it never begins then
	s.stdio.StopReading()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = errStopped
	s.changed.Broadcast()
	if !isClosed(s.stopped) {
		close(s.stopped)
	}
}

// Close is that of the terminal's use: the descriptors stay open.
func (s *rawStdio) Close() error {
	s.StopReading()
	return nil
}
