//go:build linux

package main

import (
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// A client makes load in one thread: an epoll instance and raw sockets, so that
// it takes as little as possible of the machine that it shares with what is
// measured.
type client struct {
	epoll   int
	port    int
	opened  int
	scratch []byte
	events  [512]unix.EpollEvent
}

// Silence that long means that the server has lost something.
const patience = 10 * time.Second

func newClient(port int) (*client, error) {
	fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("epoll_create1", err)
	}
	return &client{epoll: fd, port: port, scratch: make([]byte, blockSize)}, nil
}

// connect begins a connection, from one of the loopback addresses in turn.
func (c *client) connect() (int, error) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0, os.NewSyscallError("socket", err)
	}
	// The port is chosen when both addresses are known, not at the bind.
	if err := unix.SetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_BIND_ADDRESS_NO_PORT, 1); err != nil {
		return 0, os.NewSyscallError("IP_BIND_ADDRESS_NO_PORT", err)
	}
	c.opened++
	source := unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, byte(2 + c.opened%sources)}}
	if err := unix.Bind(fd, &source); err != nil {
		return 0, os.NewSyscallError("bind", err)
	}
	server := unix.SockaddrInet4{Port: c.port, Addr: [4]byte{127, 0, 0, 1}}
	if err := unix.Connect(fd, &server); err != nil && !errors.Is(err, unix.EINPROGRESS) {
		return 0, os.NewSyscallError("connect", err)
	}
	return fd, nil
}

// watch asks for the events of a socket; operation is EPOLL_CTL_ADD or _MOD.
func (c *client) watch(operation, fd int, events uint32) error {
	e := unix.EpollEvent{Events: events, Fd: int32(fd)}
	return os.NewSyscallError("epoll_ctl", unix.EpollCtl(c.epoll, operation, fd, &e))
}

// serve hands every socket with an event to ready, until done says so. It asks
// done once for all the events of one epoll_wait.
func (c *client) serve(ready func(fd int, events uint32) error, done func() bool) error {
	for !done() {
		n, err := unix.EpollWait(c.epoll, c.events[:], int(patience.Milliseconds()))
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case err != nil:
			return os.NewSyscallError("epoll_wait", err)
		case n == 0:
			return fmt.Errorf("no answer for %v", patience)
		}
		for _, e := range c.events[:n] {
			if err := ready(int(e.Fd), e.Events); err != nil {
				return err
			}
		}
	}
	return nil
}
