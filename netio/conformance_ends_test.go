package netio

import (
	"bytes"
	"context"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"
)

// noGoroutinesLeft waits until those of the session have ended.
func noGoroutinesLeft(t *testing.T, before int) {
	t.Helper()
	for begin := time.Now(); runtime.NumGoroutine() > before; runtime.Gosched() {
		if time.Since(begin) > patience {
			buf := make([]byte, 1<<20)
			t.Fatalf("%d goroutines before, %d after:\n%s", before, runtime.NumGoroutine(), buf[:runtime.Stack(buf, true)])
		}
	}
}

// pair returns two connected ends: the dialled and the accepted one.
func pair(t testing.TB, r row) (dialled, accepted *End) {
	t.Helper()
	addr, err := ParseAddress(r.listen(t), ToListen)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	l, err := addr.Listen(ctx, Options{Layers: r.layers})
	if err != nil {
		if strings.HasPrefix(r.name, "tcp6") {
			t.Skip("no IPv6 here: ", err)
		}
		t.Fatal(err)
	}
	defer l.Close()
	to, err := ParseAddress(addr.Scheme+":"+l.Addr().String(), ToDial)
	if err != nil {
		t.Fatal(err)
	}
	if to.Scheme == "tls" {
		to.SetOption("insecure", "yes") // the listener has made its certificate just now
	}
	dialer, err := to.Dialer(Options{Layers: r.layers})
	if err != nil {
		t.Fatal(err)
	}
	failed := make(chan error, 1)
	go func() {
		var err error
		if accepted, err = l.Accept(); err == nil && accepted.handshake != nil {
			err = accepted.handshake(ctx)
		}
		failed <- err
	}()
	if dialled, err = dialer.Dial(ctx); err != nil {
		t.Fatal(err)
	}
	if err := <-failed; err != nil {
		t.Fatal(err)
	}
	return dialled, accepted
}

// A near is the near end of a test: its input is in, its output goes to out.
type near struct {
	in      io.Reader
	out     bytes.Buffer
	stopped chan struct{}
	done    chan struct{} // out is complete
}

// nearEnd returns a near end and what its user sees. An event loop takes sockets
// only: there the user is behind one.
func (r row) nearEnd(t *testing.T, in io.Reader) (*near, *End) {
	n := &near{in: in, stopped: make(chan struct{}), done: make(chan struct{})}
	if !r.loop {
		close(n.done)
		return n, &End{Stream: n, Name: "near"}
	}
	user, end := pair(t, r)
	go func() {
		if in != nil {
			_, _ = io.Copy(user, in)
			_ = user.CloseWrite()
		}
	}()
	go func() {
		defer close(n.done)
		_, _ = io.Copy(&n.out, user)
		_ = user.Close()
	}()
	return n, end
}

// output waits for all that the near end's user is given.
func (n *near) output() []byte {
	<-n.done
	return n.out.Bytes()
}

func (n *near) Read(p []byte) (int, error) {
	if n.in == nil { // waits until it is called off
		<-n.stopped
		return 0, errStopped
	}
	return n.in.Read(p)
}
func (n *near) Write(p []byte) (int, error) { return n.out.Write(p) }
func (n *near) CloseWrite() error           { return nil }
func (n *near) Close() error                { return nil }
func (n *near) StopReading() {
	select {
	case <-n.stopped:
	default:
		close(n.stopped)
	}
}

func noise(n int) []byte {
	b := make([]byte, n)
	x := uint32(88675123)
	for i := range b {
		x ^= x << 13
		x ^= x >> 17
		x ^= x << 5
		b[i] = byte(x)
	}
	return b
}
