package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net"
)

// The clients of datagrams in a soak. Nothing holds up who says too much to a UDP socket, so
// each has one datagram on its way, or two: what a socket has room for is not lost.

// A soakCorrespondent is one socket, which is a session to fid.
type soakCorrespondent struct {
	rng         *rand.Rand
	conn        net.Conn
	reply       soakReply
	data        []byte
	said, heard int64
}

// soakLetter is the most bytes of one datagram: a kernel counts about 768 for each such.
const soakLetter = 256

// corresponds says a few datagrams, and waits for the answer to each. What it is silent
// about at the end nobody waits for.
func (c *soakCorrespondent) corresponds() error {
	for range 1 + c.rng.IntN(10) {
		letter := c.letter()
		if err := c.says(letter); err != nil {
			return err
		}
		if c.reply != soakEchoed {
			continue
		}
		buf := make([]byte, 2*soakLetter)
		n, err := c.conn.Read(buf)
		c.heard += int64(n)
		if err == nil && !bytes.Equal(buf[:n], letter) {
			err = errSoakContent
		}
		if err != nil {
			return fmt.Errorf("%d bytes for %d: %w", n, len(letter), err)
		}
	}
	return c.conn.Close()
}

// vanishes says one datagram, whose answer finds nobody.
func (c *soakCorrespondent) vanishes() error {
	if err := c.says(c.letter()); err != nil {
		return err
	}
	return c.conn.Close()
}

func (c *soakCorrespondent) letter() []byte {
	at := c.rng.IntN(len(c.data) - soakLetter)
	return c.data[at : at+1+c.rng.IntN(soakLetter)]
}

func (c *soakCorrespondent) says(letter []byte) error {
	c.said += int64(len(letter))
	if _, err := c.conn.Write(letter); err != nil {
		return fmt.Errorf("after %d bytes said: %w", c.said, err)
	}
	return nil
}
