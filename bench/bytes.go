//go:build linux

package main

import (
	"errors"
	"fmt"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// produce writes size zeros to standard output.
func produce(size string) error {
	left, err := strconv.ParseInt(size, 10, 64)
	if err != nil {
		return err
	}
	return writeAll(int(os.Stdout.Fd()), make([]byte, blockSize), left)
}

// consume reads standard input to its end and prints how much that was.
func consume() error {
	total, err := readAll(int(os.Stdin.Fd()), make([]byte, blockSize))
	if err != nil {
		return err
	}
	_, err = fmt.Println(total)
	return err
}

// megabyte is what source and sink write and read at a time.
const megabyte = 1 << 20

// source sends zeros to a port on this host; spec is the port and how many.
func source(spec string) error {
	var port int
	var size int64
	if _, err := fmt.Sscan(spec, &port, &size); err != nil {
		return fmt.Errorf("source %q: %w", spec, err)
	}
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
	if err != nil {
		return os.NewSyscallError("socket", err)
	}
	if err := unix.Connect(fd, loopback(port)); err != nil {
		return os.NewSyscallError("connect", err)
	}
	return writeAll(fd, make([]byte, megabyte), size)
}

// sink throws away what one client sends to a port.
func sink(port string) error {
	number, err := strconv.Atoi(port)
	if err != nil {
		return err
	}
	listener, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
	if err != nil {
		return os.NewSyscallError("socket", err)
	}
	if err := unix.Bind(listener, loopback(number)); err != nil {
		return os.NewSyscallError("bind", err)
	}
	if err := unix.Listen(listener, 1); err != nil {
		return os.NewSyscallError("listen", err)
	}
	fd, _, err := unix.Accept(listener)
	if err != nil {
		return os.NewSyscallError("accept", err)
	}
	_, err = readAll(fd, make([]byte, megabyte))
	return err
}

func loopback(port int) *unix.SockaddrInet4 {
	return &unix.SockaddrInet4{Port: port, Addr: [4]byte{127, 0, 0, 1}}
}

// writeAll and readAll use the descriptor as it is: blocking, and without Go's
// poller.
func writeAll(fd int, buf []byte, left int64) error {
	for left > 0 {
		n, err := unix.Write(fd, buf[:min(left, int64(len(buf)))])
		if err != nil && !errors.Is(err, unix.EINTR) {
			return os.NewSyscallError("write", err)
		}
		left -= int64(max(n, 0))
	}
	return nil
}

func readAll(fd int, buf []byte) (int64, error) {
	for total := int64(0); ; {
		n, err := unix.Read(fd, buf)
		switch {
		case errors.Is(err, unix.EINTR):
		case err != nil:
			return total, os.NewSyscallError("read", err)
		case n == 0:
			return total, nil
		default:
			total += int64(n)
		}
	}
}
