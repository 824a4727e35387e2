package netio

import (
	"errors"
	"io"
	"os"
	"sync/atomic"
	"syscall"

	"github.com/mattn/go-isatty"
	"golang.org/x/sys/windows"
)

// stdio reads standard input in a goroutine of its own, since a Read of a
// console or pipe cannot be called off on Windows: what that goroutine has read
// when the session ends is lost to whoever reads standard input next.
type stdio struct {
	input   Input
	output  Input
	size    int64
	chunks  chan chunk
	rest    []byte      // Read's own
	left    atomic.Bool // rest is not empty
	stopped chan struct{}
	escaper *escaper // what writes to a terminal; nil where bytes go out as they are
}

type chunk struct {
	data []byte
	err  error
}

func openStdio(o Stdio) (*stdio, error) {
	s := &stdio{input: InputNone, output: InputNone, chunks: make(chan chunk), stopped: make(chan struct{})}
	if !o.NoInput {
		s.input, s.size = inspect(os.Stdin)
		go s.readAll()
	}
	if !o.NoOutput {
		s.output, _ = inspect(os.Stdout)
	}
	return s, nil
}

// inspect tells what a handle is, and how much a file has left. A character
// device without a console mode is NUL.
func inspect(f *os.File) (Input, int64) {
	handle := windows.Handle(f.Fd())
	kind, err := windows.GetFileType(handle)
	var mode uint32
	switch {
	case isatty.IsTerminal(f.Fd()), isatty.IsCygwinTerminal(f.Fd()):
		return InputTerminal, 0
	case err != nil:
		return InputNone, 0
	case kind == windows.FILE_TYPE_PIPE:
		return InputPipe, 0
	case kind == windows.FILE_TYPE_CHAR && windows.GetConsoleMode(handle, &mode) != nil:
		return InputNone, 0
	}
	st, err := f.Stat()
	if err != nil {
		return InputStream, 0
	}
	return InputStream, st.Size()
}

func (s *stdio) readAll() {
	for {
		buf := make([]byte, 64<<10)
		n, err := os.Stdin.Read(buf)
		select {
		case s.chunks <- chunk{buf[:n], err}:
		case <-s.stopped:
			return
		}
		if err != nil {
			return
		}
	}
}

func (s *stdio) Read(p []byte) (int, error) {
	if len(s.rest) == 0 {
		select {
		case <-s.stopped:
			return 0, errStopped
		case c := <-s.chunks:
			// A pipe whose writer is gone is ERROR_BROKEN_PIPE: its end.
			if errors.Is(c.err, syscall.ERROR_BROKEN_PIPE) {
				c.err = io.EOF
			}
			if len(c.data) == 0 {
				return 0, c.err
			}
			s.rest = c.data
		}
	}
	n := copy(p, s.rest)
	s.rest = s.rest[n:]
	s.left.Store(len(s.rest) > 0)
	return n, nil
}

// isIdle: nothing was handed over; a byte still on its way counts as none.
func (s *stdio) isIdle() bool { return !s.left.Load() }

// StopReading ends the Read that waits and all later ones.
func (s *stdio) StopReading() {
	select {
	case <-s.stopped:
	default:
		close(s.stopped)
	}
}

func (s *stdio) write(p []byte) (int, error) {
	if s.output == InputNone {
		return len(p), nil
	}
	n, err := os.Stdout.Write(p)
	switch {
	case errors.Is(err, windows.ERROR_NO_DATA), errors.Is(err, syscall.ERROR_BROKEN_PIPE):
		return n, ReaderGone(err)
	case err != nil:
		return n, localError("standard output", err)
	}
	return n, nil
}

// CloseWrite ends our output.
func (s *stdio) CloseWrite() error {
	if s.output == InputNone || s.output == InputTerminal {
		return nil
	}
	return os.Stdout.Close()
}

// Close calls off what waits to read. The handles stay open: they are the process's.
func (s *stdio) Close() error {
	s.StopReading()
	return nil
}
