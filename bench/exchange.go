//go:build linux

package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

const messageSize = 64

// An exchange is a connection on which a message goes out and comes back. It is
// watched edge-triggered for both directions once and for all: nothing has to
// be changed between a message and the next.
type exchange struct {
	fd      int
	state   exchangeState
	got     int    // bytes of the message that are back
	count   uint64 // messages that came back
	message [messageSize]byte
}

type exchangeState int

const (
	toSend exchangeState = iota // as soon as the connection is up
	awaiting
	atRest
)

const (
	closedEarly = "the server closed a connection"
	different   = "what came back differs from what was sent"
)

// open connects and sends the first message as soon as that is possible.
func (x *exchange) open(c *client) error {
	fd, err := c.connect()
	if err != nil {
		return err
	}
	*x = exchange{fd: fd}
	binary.LittleEndian.PutUint64(x.message[8:], uint64(c.opened))
	if err := x.send(); err != nil {
		return err
	}
	return c.watch(unix.EPOLL_CTL_ADD, fd, unix.EPOLLIN|unix.EPOLLOUT|unix.EPOLLET)
}

// send writes the next message, now or when the connection is up.
func (x *exchange) send() error {
	x.state = toSend
	binary.LittleEndian.PutUint64(x.message[:], x.count)
	n, err := unix.Write(x.fd, x.message[:])
	switch {
	case err == unix.EAGAIN:
		return nil
	case err != nil:
		return os.NewSyscallError("write", err)
	case n < messageSize:
		return errors.New("a short write of a small message")
	}
	x.state = awaiting
	return nil
}

// advance does what an event allows, and tells whether the message is back.
func (x *exchange) advance(events uint32, buf []byte) (bool, error) {
	switch {
	case x.state == toSend:
		return false, x.send()
	case x.state == atRest || events == unix.EPOLLOUT:
		return false, nil
	}
	n, err := unix.Read(x.fd, buf)
	switch {
	case err == unix.EAGAIN:
		return false, nil
	case err != nil:
		return false, os.NewSyscallError("read", err)
	case n == 0:
		return false, errors.New(closedEarly)
	case n > messageSize-x.got || !bytes.Equal(buf[:n], x.message[x.got:x.got+n]):
		return false, errors.New(different)
	}
	x.got += n
	if x.got < messageSize {
		return false, nil
	}
	x.got, x.state = 0, atRest
	x.count++
	return true, nil
}
