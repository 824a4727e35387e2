//go:build linux

package main

import (
	"io"
	"net"
	"strings"
	"testing"
)

// answering serves every connection with answer, and returns its port.
func answering(t *testing.T, answer func(net.Conn)) int {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				answer(c)
			}()
		}
	}()
	return l.Addr().(*net.TCPAddr).Port
}

func echoAll(c net.Conn) { _, _ = io.Copy(c, c) }

// corrupt echoes with one byte changed.
func corrupt(c net.Conn) {
	buf := make([]byte, messageSize)
	for {
		n, err := c.Read(buf)
		if err != nil {
			return
		}
		buf[n-1] ^= 1
		if _, err := c.Write(buf[:n]); err != nil {
			return
		}
	}
}

func clientOf(t *testing.T, port int) *client {
	t.Helper()
	c, err := newClient(port)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestLoadsOfAnEcho(t *testing.T) {
	port := answering(t, echoAll)
	const conns, size = 3, 3<<20 + 17
	r, err := clientOf(t, port).bulk(conns, size)
	if err != nil || r.Count != conns*size {
		t.Errorf("bulk: %v bytes and %v, want %d", r.Count, err, conns*size)
	}
	all, err := clientOf(t, port).gather(200)
	if err != nil || len(all) != 200 {
		t.Errorf("gather: %d connections and %v, want 200", len(all), err)
	}
	for _, x := range all {
		if x.count != 1 {
			t.Fatalf("%d messages came back on a connection, want 1", x.count)
		}
	}
}

func TestLoadsNoticeAWrongEcho(t *testing.T) {
	port := answering(t, corrupt)
	if _, err := clientOf(t, port).bulk(1, 1<<20); err == nil || !strings.Contains(err.Error(), different) {
		t.Errorf("bulk: %v, want %s", err, different)
	}
	if _, err := clientOf(t, port).gather(1); err == nil || !strings.Contains(err.Error(), different) {
		t.Errorf("gather: %v, want %s", err, different)
	}
}

func TestLoadsNoticeAnEnd(t *testing.T) {
	port := answering(t, func(c net.Conn) { _, _ = io.ReadFull(c, make([]byte, messageSize)) })
	if _, err := clientOf(t, port).gather(1); err == nil || !strings.Contains(err.Error(), closedEarly) {
		t.Errorf("gather: %v, want %s", err, closedEarly)
	}
}
