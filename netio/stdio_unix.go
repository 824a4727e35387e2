//go:build unix

package netio

import (
	"errors"
	"io"
	"os"
	"sync"
	"sync/atomic"

	"github.com/mattn/go-isatty"
	"golang.org/x/sys/unix"
)

const stdin, stdout = 0, 1

// stdio reads and writes the inherited descriptors themselves. They are shared
// with the shell that started us, so O_NONBLOCK is never set on them; a Read
// polls first, together with wake, so that it can be called off.
type stdio struct {
	input    Input
	output   Input // its kind, in the same terms; InputNone where nothing is wanted
	size     int64 // what is left of a regular file on standard input
	stopped  atomic.Bool
	reading  *waker     // nil where a Read never waits
	watching *waker     // nil where standard output is no pipe
	watched  sync.Mutex // held while standard output is polled
	escaper  *escaper   // what writes to a terminal; nil where bytes go out as they are
}

func openStdio(o Stdio) (*stdio, error) {
	s := &stdio{output: InputNone}
	var err error
	if !o.NoInput {
		if err := s.openInput(); err != nil {
			return nil, err
		}
	}
	if !o.NoOutput {
		s.output, _, err = inspect(stdout)
		if err != nil {
			return nil, localError("standard output", err)
		}
	}
	if s.output == InputPipe {
		if s.watching, err = newWaker(); err != nil {
			return nil, localError("standard output", err)
		}
	}
	return s, nil
}

func (s *stdio) openInput() error {
	flags, err := unix.FcntlInt(stdin, unix.F_GETFL, 0)
	if err != nil {
		return localError("standard input", err)
	}
	if flags&unix.O_ACCMODE == unix.O_WRONLY {
		return &Error{Kind: KindLocal, Addr: "standard input", What: "not open for reading"}
	}
	if s.input, s.size, err = inspect(stdin); err != nil {
		return localError("standard input", err)
	}
	if s.input == InputPipe || s.input == InputTerminal {
		if s.reading, err = newWaker(); err != nil {
			return localError("standard input", err)
		}
	}
	return nil
}

// inspect tells what a descriptor is, and how much a regular file has left. A
// descriptor that was closed is /dev/null here: the Go runtime opens that in
// its place, so that no socket is ever taken for standard output.
func inspect(fd int) (Input, int64, error) {
	var st, null unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return 0, 0, err
	}
	switch st.Mode & unix.S_IFMT {
	case unix.S_IFIFO, unix.S_IFSOCK:
		return InputPipe, 0, nil
	case unix.S_IFDIR:
		return 0, 0, unix.EISDIR
	case unix.S_IFREG:
		at, err := unix.Seek(fd, 0, io.SeekCurrent)
		if err != nil {
			at = 0
		}
		return InputStream, max(0, st.Size-at), nil
	}
	if unix.Stat(os.DevNull, &null) == nil && null.Rdev == st.Rdev {
		return InputNone, 0, nil
	}
	if isatty.IsTerminal(uintptr(fd)) {
		return InputTerminal, 0, nil
	}
	return InputStream, 0, nil
}

func (s *stdio) Read(p []byte) (int, error) {
	for {
		if err := s.awaitInput(); err != nil {
			return 0, err
		}
		n, err := unix.Read(stdin, p)
		switch {
		case err == unix.EINTR, err == unix.EAGAIN:
			continue
		case err != nil:
			return 0, localError("standard input", err)
		case n == 0:
			return 0, io.EOF
		}
		return n, nil
	}
}

func (s *stdio) awaitInput() error {
	if s.reading == nil {
		if s.stopped.Load() {
			return errStopped
		}
		return nil
	}
	events, err := s.reading.poll(stdin, unix.POLLIN)
	if err == nil && s.input == InputTerminal && events&unix.POLLHUP != 0 {
		// A Read would say io.EOF, as if somebody had typed Ctrl-D.
		return &Error{Kind: KindLocal, Addr: "standard input", What: "the terminal is gone"}
	}
	if err != nil && err != errStopped {
		return localError("standard input", err)
	}
	return err
}

// isIdle reports whether a Read would give nothing now.
func (s *stdio) isIdle() bool { return !readable(stdin) }

// StopReading ends the Read that waits and all later ones.
func (s *stdio) StopReading() {
	s.stopped.Store(true)
	if s.reading != nil {
		s.reading.wake()
	}
}

func (s *stdio) write(p []byte) (int, error) {
	if s.output == InputNone {
		return len(p), nil
	}
	done := 0
	for done < len(p) {
		n, err := unix.Write(stdout, p[done:])
		done += max(n, 0)
		switch err {
		case nil, unix.EINTR:
		case unix.EAGAIN: // somebody who shares the pipe has set O_NONBLOCK on it
			fds := []unix.PollFd{{Fd: stdout, Events: unix.POLLOUT}}
			_, _ = unix.Poll(fds, -1)
		case unix.EPIPE:
			return done, ReaderGone(err)
		default:
			return done, localError("standard output", err)
		}
	}
	return done, nil
}

// NobodyReads reports whether err is that of a Write to a pipe whose reader is gone.
func NobodyReads(err error) bool { return errors.Is(err, unix.EPIPE) }

// awaitReaderGone returns nil when nobody reads standard output any more, which
// shows as POLLERR on a pipe and as POLLHUP on a socket (poll(2)). It returns
// errStopped when output ends.
func (s *stdio) awaitReaderGone() error {
	if s.watching == nil {
		return errStopped
	}
	s.watched.Lock()
	defer s.watched.Unlock()
	for {
		events, err := s.watching.poll(stdout, unix.POLLHUP) // which macOS tells only if it is asked
		if err != nil || events&(unix.POLLERR|unix.POLLHUP|unix.POLLNVAL) != 0 {
			return err
		}
	}
}

// CloseWrite ends our output, so that a reader of the pipe sees its end, and
// returns the error of that close: it is the last chance of a disk to say that
// it could not keep the bytes. /dev/null takes the descriptor's place, so that
// nothing opened later becomes standard output.
func (s *stdio) CloseWrite() error {
	switch s.output {
	case InputNone, InputTerminal:
		return nil
	case InputPipe:
		s.watching.wake() // a poll would keep the pipe open
		s.watched.Lock()
		defer s.watched.Unlock()
		if err := unix.Shutdown(stdout, unix.SHUT_WR); err != unix.ENOTSOCK {
			return nil // a socket may be standard input, too: it is not closed
		}
	}
	null, err := placeholder()
	if err != nil {
		return err
	}
	defer unix.Close(null)
	return replaceOutput(null)
}

// replaceOutput puts null in standard output's place in one step: between a close and a dup2 the
// number is free, and whatever another thread opens could get it. dup2(2) keeps the error of its
// close to itself, so copies of the descriptor are closed: Linux tells at any close (the flush of
// its files), the BSDs at the last one.
func replaceOutput(null int) error {
	first, err := unix.FcntlInt(stdout, unix.F_DUPFD_CLOEXEC, 3)
	if err != nil {
		return err
	}
	last, err := unix.FcntlInt(stdout, unix.F_DUPFD_CLOEXEC, 3)
	told := unix.Close(first)
	if err != nil {
		return err
	}
	if err := unix.Dup2(null, stdout); told == nil {
		told = err
	}
	if err := unix.Close(last); told == nil {
		told = err
	}
	return told
}

// placeholder opens /dev/null, or where there is none (chroot(2)) one end of a pipe.
func placeholder() (int, error) {
	null, err := unix.Open(os.DevNull, unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err == nil {
		return null, nil
	}
	var ends [2]int
	if err := unix.Pipe(ends[:]); err != nil {
		return -1, err
	}
	return ends[0], unix.Close(ends[1])
}

// Close calls off what waits to read. The descriptors stay open: they are the process's.
func (s *stdio) Close() error {
	s.StopReading()
	return nil
}
