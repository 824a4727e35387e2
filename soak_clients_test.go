package main

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"time"
)

// The clients of a soak, which may do anything that a stream allows. What they do, and
// how long they pause in between, is drawn from the seed.

// A soakReply is what a client can expect to hear.
type soakReply int

const (
	soakEchoed  soakReply = iota // what it has said
	soakNothing                  // nothing
	soakOthers                   // what others say
)

// A soakClient is one connection.
type soakClient struct {
	rng   *rand.Rand
	conn  halfCloser
	raw   net.Conn // the socket below TLS, else conn itself
	reply soakReply
	data  []byte // what it has to say
	piece int    // the most of one Write
	buf   []byte // takes the largest packet
	said  int64  // given to Write
	heard int64
}

type halfCloser interface {
	net.Conn
	CloseWrite() error
}

// A soakManner is how a client behaves. One that is orderly is owed every byte, and an end
// in order; to the others fid owes that what they hear is right, and that they hear it soon.
type soakManner struct {
	name    string
	orderly bool
	do      func(*soakClient) error
}

func soakManners() []soakManner {
	return []soakManner{
		{"says all while it hears, and finishes", true, (*soakClient).converses},
		{"asks, and waits for the answer", true, (*soakClient).asks},
		{"drips", true, (*soakClient).drips},
		{"stalls, and goes on", true, (*soakClient).stalls},
		{"finishes at once", true, func(c *soakClient) error { c.data = nil; return c.converses() }},
		{"hangs up at once", true, func(c *soakClient) error { return c.conn.Close() }},
		{"resets at once", false, func(c *soakClient) error { c.resets(); return nil }},
		{"resets in mid-transfer", false, (*soakClient).breaksOff},
		{"finishes, and resets", false, (*soakClient).finishesAndResets},
		{"stalls, and resets", false, (*soakClient).stallsAndResets},
		{"leaves without having heard all", false, (*soakClient).leaves},
	}
}

// soakStrangers are manners of clients of TLS that come to no session.
func soakStrangers() []soakManner {
	return []soakManner{
		{"leaves instead of a handshake", false, func(c *soakClient) error { return c.raw.Close() }},
		{"resets instead of a handshake", false, func(c *soakClient) error { c.resets(); return nil }},
		{"stops in the middle of a handshake", false, func(c *soakClient) error {
			_, _ = c.raw.Write([]byte("\x16\x03\x01\x02\x00\x01\x00"))
			c.pauses(50 * time.Millisecond)
			return c.raw.Close()
		}},
		{"speaks no TLS", false, func(c *soakClient) error {
			_, _ = c.raw.Write([]byte("GET / HTTP/1.0\r\n\r\n"))
			_, err := io.Copy(io.Discard, c.raw)
			return errors.Join(soakHung(err), c.raw.Close())
		}},
	}
}

func (c *soakClient) converses() error {
	said := c.saysAside(true)
	err := c.hearsAll()
	if err != nil {
		_ = c.raw.Close() // or the other half could wait for ever
	}
	return errors.Join(err, <-said, c.conn.Close())
}

// asks says a little, hears it, says more; then it closes without a half-close.
func (c *soakClient) asks() error {
	for rest := c.data; len(rest) > 0; {
		n := min(len(rest), 1+c.rng.IntN(16<<10), 16*c.piece) // what fits on the way
		err := c.says(rest[:n])
		if err == nil && c.reply == soakEchoed {
			err = c.hears(c.said)
		}
		if err != nil {
			return err
		}
		rest = rest[n:]
	}
	return c.conn.Close()
}

func (c *soakClient) drips() error {
	c.data = c.data[:min(len(c.data), 1+c.rng.IntN(30))]
	for i := range c.data {
		if err := c.says(c.data[i : i+1]); err != nil {
			return err
		}
		c.pauses(3 * time.Millisecond)
	}
	return errors.Join(c.conn.CloseWrite(), c.hearsAll(), c.conn.Close())
}

func (c *soakClient) stalls() error {
	said := c.saysAside(true)
	c.pauses(300 * time.Millisecond)
	err := c.hearsAll()
	if err != nil {
		_ = c.raw.Close()
	}
	return errors.Join(err, <-said, c.conn.Close())
}

func (c *soakClient) breaksOff() error { return c.resetsAmid(c.saysAside(false)) }

func (c *soakClient) finishesAndResets() error { return c.resetsAmid(c.saysAside(true)) }

// resetsAmid resets when a part of the answer has come.
func (c *soakClient) resetsAmid(said <-chan error) error {
	var err error
	if c.reply == soakEchoed && len(c.data) > 0 {
		err = c.hears(c.rng.Int64N(int64(len(c.data))))
	}
	c.pauses(20 * time.Millisecond)
	c.resets()
	<-said
	return soakHung(err)
}

func (c *soakClient) stallsAndResets() error {
	said := c.saysAside(false)
	c.pauses(300 * time.Millisecond)
	c.resets()
	<-said
	return nil
}

func (c *soakClient) leaves() error {
	said := c.saysAside(false)
	c.pauses(20 * time.Millisecond)
	_ = c.raw.Close()
	<-said
	return nil
}

// saysAside says all in a goroutine of its own, and finishes then, if it is to.
func (c *soakClient) saysAside(finish bool) <-chan error {
	said := make(chan error, 1)
	go func() {
		err := c.says(c.data)
		if err == nil && finish {
			err = c.conn.CloseWrite()
		}
		said <- err
	}()
	return said
}

func (c *soakClient) says(data []byte) error {
	for len(data) > 0 {
		n := min(len(data), c.piece)
		c.said += int64(n) // how much of one that fails went out is not known
		if _, err := c.conn.Write(data[:n]); err != nil {
			return fmt.Errorf("after %d bytes said: %w", c.said, err)
		}
		data = data[n:]
	}
	return nil
}

// hears reads until so many bytes have come; a packet is read whole.
func (c *soakClient) hears(until int64) error {
	for c.heard < until {
		n, err := c.conn.Read(c.buf)
		if e := c.checks(c.buf[:n]); e != nil {
			return e
		}
		switch {
		case err == io.EOF && c.heard < until:
			return fmt.Errorf("after %d of %d bytes: %w", c.heard, len(c.data), errSoakShort)
		case err != nil && err != io.EOF:
			return fmt.Errorf("after %d of %d bytes heard: %w", c.heard, until, err)
		}
	}
	return nil
}

// hearsAll reads to the end in order, by which all must have come.
func (c *soakClient) hearsAll() error {
	for {
		n, err := c.conn.Read(c.buf)
		if e := c.checks(c.buf[:n]); e != nil {
			return e
		}
		switch {
		case err == io.EOF && c.reply == soakEchoed && c.heard != int64(len(c.data)):
			return fmt.Errorf("after %d of %d bytes: %w", c.heard, len(c.data), errSoakShort)
		case err == io.EOF:
			return nil
		case err != nil:
			return fmt.Errorf("after %d of %d bytes heard: %w", c.heard, len(c.data), err)
		}
	}
}

var (
	errSoakContent = errors.New("what came is not what was said")
	errSoakShort   = errors.New("an end in order that comes too early")
)

func (c *soakClient) checks(got []byte) error {
	at := c.heard
	c.heard += int64(len(got))
	switch {
	case c.reply == soakOthers:
	case c.reply == soakNothing && len(got) > 0,
		c.reply == soakEchoed && (c.heard > int64(len(c.data)) || !bytes.Equal(got, c.data[at:c.heard])):
		return fmt.Errorf("%d bytes at %d of %d: %w", len(got), at, len(c.data), errSoakContent)
	}
	return nil
}

// resets ends the connection with a RST, where the transport has one.
func (c *soakClient) resets() {
	if tcp, ok := c.raw.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = c.raw.Close()
}

// pauses is a part of the manner, and stands in for no event.
func (c *soakClient) pauses(most time.Duration) { time.Sleep(time.Duration(c.rng.Int64N(int64(most)))) }

// soakHung returns what even a client without manners must not see: wrong bytes, a part
// as if it were all, and nothing at all for as long as a test has patience.
func soakHung(err error) error {
	if errors.Is(err, errSoakContent) || errors.Is(err, errSoakShort) || errors.Is(err, os.ErrDeadlineExceeded) {
		return err
	}
	return nil
}

// begins does the handshake that some manners leave out.
func (c *soakClient) begins() error {
	if secured, ok := c.conn.(*tls.Conn); ok {
		return secured.Handshake()
	}
	return nil
}
