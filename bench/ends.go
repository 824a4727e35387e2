//go:build linux

package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// ends are a sender's standard input and a receiver's standard output.
type ends struct {
	in, out *os.File
	check   func() error // whether all has come, when both have ended
	stop    func()       // ends what feeds and drains them, if there is such
}

func (e *ends) close() {
	_ = e.in.Close()
	_ = e.out.Close() // a second time, mostly
	if e.stop != nil {
		e.stop()
	}
}

// fileToNull can check only that the file was read to its end, by the offset,
// which the sender shares.
func fileToNull(file string, size int64) (*ends, error) {
	in, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	out, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		_ = in.Close()
		return nil, err
	}
	return &ends{in: in, out: out, check: func() error {
		at, err := in.Seek(0, io.SeekCurrent)
		if err != nil {
			return err
		}
		return complete(at, size)
	}}, nil
}

func complete(got, want int64) error {
	if got != want {
		return &defect{lostData, fmt.Errorf("%d bytes of %d", got, want)}
	}
	return nil
}

func fileToFile(s *store) (*ends, error) {
	in, err := os.Open(s.source())
	if err != nil {
		return nil, err
	}
	out, err := s.blank()
	if err != nil {
		_ = in.Close()
		return nil, err
	}
	return &ends{in: in, out: out, check: func() error { return same(s.source(), s.copied()) }}, nil
}

// same compares two files byte by byte.
func same(a, b string) error {
	fa, err := os.Open(a)
	if err != nil {
		return err
	}
	defer func() { _ = fa.Close() }()
	fb, err := os.Open(b)
	if err != nil {
		return err
	}
	defer func() { _ = fb.Close() }()
	bufA, bufB := make([]byte, blockSize), make([]byte, blockSize)
	for at := int64(0); ; {
		n, err := io.ReadFull(fa, bufA)
		m, _ := io.ReadFull(fb, bufB) // what is missing shows in m
		if !bytes.Equal(bufA[:n], bufB[:m]) {
			return &defect{lostData, fmt.Errorf("the copy differs after byte %d", at)}
		}
		at += int64(n)
		switch err {
		case nil:
		case io.EOF, io.ErrUnexpectedEOF:
			return nil
		default:
			return err
		}
	}
}

// pipeToPipe has a producer write zeros and a consumer count them: two more
// processes, whose time is nobody's.
func (r *runner) pipeToPipe(ctx context.Context) (*ends, error) {
	producer, err := r.command(ctx, "producer", []string{r.self, roleFlag, produceRun, strconv.FormatInt(r.opts.size, 10)})
	if err != nil {
		return nil, err
	}
	consumer, err := r.command(ctx, "consumer", []string{r.self, roleFlag, consumeRun, ""})
	if err != nil {
		return nil, err
	}
	in, theirOut, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer func() { _ = theirOut.Close() }()
	theirIn, out, err := os.Pipe()
	if err != nil {
		_ = in.Close()
		return nil, err
	}
	defer func() { _ = theirIn.Close() }()
	var count bytes.Buffer
	producer.cmd.Stdout, consumer.cmd.Stdin, consumer.cmd.Stdout = theirOut, theirIn, &count
	e := &ends{in: in, out: out,
		check: func() error { return r.counted(consumer, &count) },
		stop:  func() { producer.stop(); consumer.stop() }}
	for _, step := range []func() error{producer.start, consumer.start, func() error { return awaitInput(in) }} {
		if err := step(); err != nil {
			e.close()
			return nil, err
		}
	}
	return e, nil
}

// counted compares what the consumer got with what was sent.
func (r *runner) counted(consumer *process, count fmt.Stringer) error {
	<-consumer.done
	got, err := strconv.ParseInt(strings.TrimSpace(count.String()), 10, 64)
	if err != nil {
		return consumer.failure()
	}
	return complete(got, r.opts.size)
}

// awaitInput waits until the producer has begun, so that its start is not timed.
func awaitInput(in *os.File) error {
	fds := []unix.PollFd{{Fd: int32(in.Fd()), Events: unix.POLLIN}}
	n, err := unix.Poll(fds, int(patience.Milliseconds()))
	if err == nil && n == 0 {
		err = unix.ETIMEDOUT
	}
	return os.NewSyscallError("poll of the producer's pipe", err)
}
