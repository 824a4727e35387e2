//go:build linux

package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// A store is a directory in memory with the file that is sent and the one that
// is written.
type store struct {
	dir  string
	size int64
}

const memoryDir = "/dev/shm"

func (s *store) source() string { return filepath.Join(s.dir, "source") }

func (s *store) copied() string { return filepath.Join(s.dir, "copy") }

// newStore writes the source: bytes that no mix-up of buffers leaves unchanged.
func newStore(size int64) (*store, error) {
	var room unix.Statfs_t
	if err := unix.Statfs(memoryDir, &room); err != nil {
		return nil, &os.PathError{Op: "statfs", Path: memoryDir, Err: err}
	}
	if free := int64(room.Bavail) * room.Bsize; free < 2*size+size/8 {
		return nil, fmt.Errorf("%s has %d bytes free, too few for two files of %d: see -size", memoryDir, free, size)
	}
	dir, err := os.MkdirTemp(memoryDir, "fid-bench-*")
	if err != nil {
		return nil, err
	}
	s := &store{dir, size}
	source, err := overwrite(s.source(), newPattern()[:patternSize], size)
	if err != nil {
		s.remove()
		return nil, err
	}
	return s, source.Close()
}

// blank returns the file for the copy, full of zeros, to be written in place. A
// new file would measure the machine: a virtual one gets its memory from the
// host at the first touch, and gives it back a moment after it was freed.
func (s *store) blank() (*os.File, error) {
	return overwrite(s.copied(), make([]byte, blockSize), s.size)
}

// overwrite fills a file without giving up its memory, and returns it at its
// beginning.
func overwrite(name string, block []byte, size int64) (*os.File, error) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	for left := size; left > 0 && err == nil; left -= int64(len(block)) {
		_, err = f.Write(block[:min(left, int64(len(block)))])
	}
	_, seekErr := f.Seek(0, io.SeekStart)
	if err := errors.Join(err, seekErr, f.Truncate(size)); err != nil {
		_ = f.Close()
		return nil, err
	}
	return f, nil
}

func (s *store) remove() { _ = os.RemoveAll(s.dir) }
