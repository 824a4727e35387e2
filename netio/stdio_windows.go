package netio

import (
	"errors"
	"io"
	"os"
	"sync/atomic"
	"syscall"
	"unsafe"

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
	rest    []byte       // Read's own
	unread  atomic.Int64 // bytes that were read and that no Read has given yet
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
	}
	if s.input != InputNone {
		go s.readAll()
	}
	if !o.NoOutput {
		s.output, _ = inspect(os.Stdout)
	}
	return s, nil
}

// inspect tells what a handle is, and how much a file has left.
func inspect(f *os.File) (Input, int64) {
	handle := windows.Handle(f.Fd())
	kind, err := windows.GetFileType(handle)
	switch {
	case isatty.IsTerminal(f.Fd()), isatty.IsCygwinTerminal(f.Fd()):
		return InputTerminal, 0
	case err != nil:
		return InputNone, 0
	case kind == windows.FILE_TYPE_PIPE:
		return InputPipe, 0
	case kind == windows.FILE_TYPE_CHAR && isNull(handle):
		return InputNone, 0
	}
	st, err := f.Stat()
	if err != nil || !st.Mode().IsRegular() {
		return InputStream, 0
	}
	at, err := f.Seek(0, io.SeekCurrent)
	if err != nil {
		at = 0
	}
	return InputStream, max(0, st.Size()-at)
}

// isNull reports whether a character device is NUL, and not a serial line, by
// NtQueryVolumeInformationFile of ntifs.h: FileFsDeviceInformation is its class 4,
// FILE_DEVICE_NULL the type 0x15.
func isNull(handle windows.Handle) bool {
	var device struct{ kind, characteristics uint32 }
	var status windows.IO_STATUS_BLOCK
	query := windows.NewLazySystemDLL("ntdll.dll").NewProc("NtQueryVolumeInformationFile")
	failed, _, _ := query.Call(uintptr(handle), uintptr(unsafe.Pointer(&status)),
		uintptr(unsafe.Pointer(&device)), unsafe.Sizeof(device), 4)
	return failed == 0 && device.kind == 0x15
}

func (s *stdio) readAll() {
	for {
		buf := make([]byte, 64<<10)
		n, err := os.Stdin.Read(buf)
		if err == io.EOF && s.input == InputPipe && isWhole(os.Stdin) {
			continue // a Write of no bytes, which package os takes for the end
		}
		s.unread.Add(int64(n))
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

// isWhole reports whether a pipe still has a writer (PeekNamedPipe).
func isWhole(pipe *os.File) bool {
	peek := windows.NewLazySystemDLL("kernel32.dll").NewProc("PeekNamedPipe")
	ok, _, _ := peek.Call(pipe.Fd(), 0, 0, 0, 0, 0)
	return ok != 0
}

func (s *stdio) Read(p []byte) (int, error) {
	if s.input == InputNone {
		return 0, io.EOF // NUL's, and a handle's that is not open
	}
	if len(s.rest) == 0 {
		select {
		case <-s.stopped:
			return 0, errStopped
		case c := <-s.chunks:
			if len(c.data) == 0 {
				return 0, inputError(c.err)
			}
			s.rest = c.data
		}
	}
	n := copy(p, s.rest)
	s.rest = s.rest[n:]
	s.unread.Add(-int64(n))
	return n, nil
}

// inputError: a pipe whose writer is gone is ERROR_BROKEN_PIPE, which is its end.
func inputError(err error) error {
	if err == nil || err == io.EOF || errors.Is(err, syscall.ERROR_BROKEN_PIPE) {
		return io.EOF
	}
	return localError("standard input", err)
}

// isIdle reports whether a Read would give nothing now, as far as the goroutine has read.
func (s *stdio) isIdle() bool { return s.unread.Load() == 0 }

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
	case NobodyReads(err):
		return n, ReaderGone(err)
	case err != nil:
		return n, localError("standard output", err)
	}
	return n, nil
}

// NobodyReads reports whether err is that of a Write to a pipe whose reader is gone.
func NobodyReads(err error) bool {
	for _, gone := range []error{windows.ERROR_NO_DATA, windows.ERROR_BROKEN_PIPE, windows.ERROR_PIPE_NOT_CONNECTED} {
		if errors.Is(err, gone) {
			return true
		}
	}
	return false
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
