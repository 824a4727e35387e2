//go:build linux

package main

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

const blockSize = 256 << 10

// patternSize is no multiple of any buffer's size, so that buffers that change
// places do not look right.
const patternSize = 1<<20 + 4093

// newPattern returns bytes that repeat after patternSize, with a block more so
// that a block can be taken anywhere.
func newPattern() []byte {
	p := make([]byte, patternSize, patternSize+blockSize)
	_, _ = rand.NewChaCha8([32]byte{}).Read(p) // never fails
	return append(p, p[:blockSize]...)
}

// A stream sends its part of the pattern and compares what comes back.
type stream struct {
	fd        int
	sent, got int64
}

// bulk echoes n streams of size bytes each at once; it counts bytes one way.
func (c *client) bulk(n int, size int64) (result, error) {
	pattern := newPattern()
	streams := make(map[int]*stream, n)
	left := n
	for range n {
		fd, err := c.connect()
		if err != nil {
			return result{}, err
		}
		streams[fd] = &stream{fd: fd}
	}
	begin := time.Now()
	for fd := range streams {
		if err := c.watch(unix.EPOLL_CTL_ADD, fd, unix.EPOLLIN|unix.EPOLLOUT); err != nil {
			return result{}, err
		}
	}
	err := c.serve(func(fd int, events uint32) error {
		s := streams[fd]
		if events&unix.EPOLLIN != 0 || events&unix.EPOLLOUT == 0 {
			if err := s.receive(c.scratch, pattern); err != nil {
				return err
			}
			if s.got == size {
				left--
				return os.NewSyscallError("close", unix.Close(fd))
			}
		}
		if events&unix.EPOLLOUT != 0 {
			return s.send(c, pattern, size)
		}
		return nil
	}, func() bool { return left == 0 })
	return result{Count: float64(n) * float64(size), Seconds: time.Since(begin).Seconds()}, err
}

// at is the piece of the pattern that stands at an offset of this stream; each
// stream begins elsewhere, so that streams that are mixed up are noticed.
func (s *stream) at(pattern []byte, offset int64, length int) []byte {
	from := (offset + int64(s.fd)*131071) % patternSize
	return pattern[from : from+int64(length)]
}

func (s *stream) receive(buf, pattern []byte) error {
	n, err := unix.Read(s.fd, buf)
	switch {
	case err == unix.EAGAIN:
		return nil
	case err != nil:
		return os.NewSyscallError("read", err)
	case n == 0:
		return errors.New(closedEarly)
	case s.got+int64(n) > s.sent || !bytes.Equal(buf[:n], s.at(pattern, s.got, n)):
		return errors.New(different)
	}
	s.got += int64(n)
	return nil
}

func (s *stream) send(c *client, pattern []byte, size int64) error {
	n, err := unix.Write(s.fd, s.at(pattern, s.sent, int(min(size-s.sent, blockSize))))
	switch {
	case err == unix.EAGAIN:
		return nil
	case err != nil:
		return os.NewSyscallError("write", err)
	}
	s.sent += int64(n)
	if s.sent < size {
		return nil
	}
	// No FIN: socat would give the rest of the reply half a second.
	return c.watch(unix.EPOLL_CTL_MOD, s.fd, unix.EPOLLIN)
}
