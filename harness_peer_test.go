package main

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"time"
)

// A peer is a plain connection whose failures fail the test.
type peer struct {
	t *testing.T
	*net.TCPConn
}

func newPeer(t *testing.T, c net.Conn) *peer {
	_ = c.SetDeadline(time.Now().Add(patience))
	t.Cleanup(func() { _ = c.Close() })
	return &peer{t, c.(*net.TCPConn)}
}

func dialPeer(t *testing.T, addr string) *peer {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	return newPeer(t, c)
}

// dialReset connects to where a reset is the answer; it may come so soon that
// connecting fails of it.
func dialReset(t *testing.T, addr string) {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err == nil {
		newPeer(t, c).hearsReset()
	} else if !errors.Is(err, errConnReset) {
		t.Fatal(err)
	}
}

func (p *peer) says(b []byte) {
	p.t.Helper()
	if _, err := p.Write(b); err != nil {
		p.t.Fatalf("the peer cannot write: %v", err)
	}
}

func (p *peer) finishes() {
	p.t.Helper()
	if err := p.CloseWrite(); err != nil {
		p.t.Fatal(err)
	}
}

// resets closes the connection with a RST.
func (p *peer) resets() {
	_ = p.SetLinger(0)
	_ = p.Close()
}

// hears reads to the other side's FIN and compares.
func (p *peer) hears(want []byte) {
	p.t.Helper()
	got, err := io.ReadAll(p)
	if err != nil || !bytes.Equal(got, want) {
		p.t.Errorf("the peer heard %d bytes and %v, want the %d bytes and an end", len(got), err, len(want))
	}
}

// hearsReset reads until the connection ends, which must be by a reset.
func (p *peer) hearsReset() []byte {
	p.t.Helper()
	got, err := io.ReadAll(p)
	if !errors.Is(err, errConnReset) {
		p.t.Errorf("the peer heard %d bytes and %v, want a reset", len(got), err)
	}
	return got
}

// hearsNothing makes sure that no byte and no FIN has come by the time that
// the other side has answered something else: the caller's proof of order.
func (p *peer) hearsNothing() {
	p.t.Helper()
	_ = p.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
	n, err := p.Read(make([]byte, 1))
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		p.t.Errorf("the peer heard %d bytes and %v, want nothing yet", n, err)
	}
	_ = p.SetReadDeadline(time.Now().Add(patience))
}

// withPeer starts fid in a mode of one session, connect or listen, and returns its far end, too.
func withPeer(t *testing.T, mode string, stdin *os.File, flags ...string) (*process, *peer) {
	t.Helper()
	if mode == "connect" {
		h := newHost(t)
		p := begin(t, stdin, nil, append([]string{mode, h.addr()}, flags...)...)
		return p, h.client()
	}
	p, addr := serving(t, stdin, nil, append([]string{mode, "127.0.0.1:0"}, flags...)...)
	return p, dialPeer(t, addr)
}
