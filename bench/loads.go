//go:build linux

package main

import (
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// opening is how many connections are on their way at once while a load that
// needs many of them gathers them.
const opening = 128

// gather opens n connections and waits for a message on each to come back, so
// that a connection which only waits in a backlog does not count.
func (c *client) gather(n int) (map[int]*exchange, error) {
	all := make(map[int]*exchange, n)
	answered := 0
	next := func() error {
		if len(all) == n {
			return nil
		}
		x := new(exchange)
		if err := x.open(c); err != nil {
			return fmt.Errorf("connection %d: %w", len(all)+1, err)
		}
		all[x.fd] = x
		return nil
	}
	for range min(n, opening) {
		if err := next(); err != nil {
			return nil, err
		}
	}
	err := c.serve(func(fd int, events uint32) error {
		done, err := all[fd].advance(events, c.scratch)
		if err != nil || !done {
			return err
		}
		answered++
		return next()
	}, func() bool { return answered == n })
	if err != nil {
		return nil, fmt.Errorf("with %d of %d connections: %w", answered, n, err)
	}
	return all, nil
}

// pingPong sends a message on every connection, and the next one when it is
// back, and counts messages.
func (c *client) pingPong(n int, warm, last time.Duration) (result, error) {
	all, err := c.gather(n)
	if err != nil {
		return result{}, err
	}
	byDescriptor := dense(all)
	for _, x := range all {
		x.count = 0
		if err := x.send(); err != nil {
			return result{}, err
		}
	}
	count := 0
	again := func(fd int, events uint32) error {
		x := byDescriptor[fd]
		done, err := x.advance(events, c.scratch)
		if err != nil || !done {
			return err
		}
		count++
		return x.send()
	}
	r, err := c.timed(again, &count, warm, last)
	if err != nil {
		return result{}, err
	}
	for _, x := range all {
		if x.count == 0 {
			return result{}, fmt.Errorf("a connection of %d got no answer in %v", n, warm+last)
		}
	}
	return r, nil
}

// dense turns a map by descriptor into a slice: looked up a million times, it
// shows.
func dense(all map[int]*exchange) []*exchange {
	largest := 0
	for fd := range all {
		largest = max(largest, fd)
	}
	s := make([]*exchange, largest+1)
	for fd, x := range all {
		s[fd] = x
	}
	return s
}

// connections keeps n connections on their way: connect, a message there and
// back, close in order. It counts them.
func (c *client) connections(n int, warm, last time.Duration) (result, error) {
	all := make([]*exchange, n+32) // descriptors are numbered from the lowest free one
	open := func(x *exchange) error {
		if err := x.open(c); err != nil {
			return err
		}
		if x.fd >= len(all) {
			return fmt.Errorf("descriptor %d with %d connections open", x.fd, n)
		}
		all[x.fd] = x
		return nil
	}
	for range n {
		if err := open(new(exchange)); err != nil {
			return result{}, err
		}
	}
	count := 0
	return c.timed(func(fd int, events uint32) error {
		x := all[fd]
		done, err := x.advance(events, c.scratch)
		if err != nil || !done {
			return err
		}
		count++
		if err := unix.Close(fd); err != nil {
			return os.NewSyscallError("close", err)
		}
		return open(x)
	}, &count, warm, last)
}

// timed serves for the warm-up and then for as long as is measured, and reports
// how far count came in the latter.
func (c *client) timed(ready func(int, uint32) error, count *int, warm, last time.Duration) (result, error) {
	begin := time.Now()
	if err := c.serve(ready, func() bool { return time.Since(begin) >= warm }); err != nil {
		return result{}, err
	}
	before, begin := *count, time.Now()
	if err := c.serve(ready, func() bool { return time.Since(begin) >= last }); err != nil {
		return result{}, err
	}
	return result{Count: float64(*count - before), Seconds: time.Since(begin).Seconds()}, nil
}
