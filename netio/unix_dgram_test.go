//go:build unix

package netio

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"
)

func listenText(t *testing.T, text string) Listener {
	t.Helper()
	a, err := ParseAddress(text, ToListen)
	if err != nil {
		t.Skip("not here: ", err)
	}
	l, err := a.Listen(context.Background(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

func TestEmptyPacketIsNoEnd(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("elsewhere the two cannot be told apart")
	}
	l := listenText(t, "unix-seqpacket:"+t.TempDir()+"/s")
	far := dialOne(t, dialerTo(t, l.Addr()))
	sayTo(t, far, nil) // before it is accepted
	near, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	sayTo(t, near, nil)
	sayTo(t, far, []byte("more"))
	sayTo(t, far, nil)
	_ = far.CloseWrite()
	for _, want := range []string{"", "more", ""} {
		hearFrom(t, near, []byte(want))
	}
	if _, err := near.Read(make([]byte, 9)); err != io.EOF {
		t.Errorf("at the end: %v", err)
	}
	_ = near.Close()
	hearFrom(t, far, nil)
	if _, err := far.Read(make([]byte, 9)); err != io.EOF {
		t.Errorf("at the other end: %v", err)
	}
	_ = far.Close()
}

func TestSequencedPacketsEndAsAStreamDoes(t *testing.T) {
	l := listenText(t, "unix-seqpacket:"+t.TempDir()+"/s")
	far := dialOne(t, dialerTo(t, l.Addr()))
	server, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	looping := make(chan Outcome, 1)
	go func() { looping <- Pump{}.Loop(context.Background(), server) }()
	n := &near{in: strings.NewReader("there and back"), stopped: make(chan struct{})}
	o := Pump{}.Join(context.Background(), &End{Stream: n, Name: "near"}, far)
	if o.Err != nil || n.out.String() != "there and back" || o.First != "near" {
		t.Errorf("%+v, %q", o, n.out.String())
	}
	if o := <-looping; o.Err != nil || o.First != "far" {
		t.Errorf("%+v", o)
	}
}

func TestFileOfADatagramSocketStaysForItsSessionsAndIsRemovedThen(t *testing.T) {
	path := t.TempDir() + "/s"
	l := listenText(t, "unix-dgram:"+path)
	if st, err := os.Stat(path); err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", st, err)
	}
	far := dialOne(t, dialerTo(t, l.Addr()))
	sayTo(t, far, []byte("1"))
	near, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	_ = l.Close()
	// Who sends to the path each time, as logger(1), still needs it.
	if _, err := os.Stat(path); err != nil {
		t.Error(err)
	}
	hearFrom(t, near, []byte("1"))
	_, _ = far.Close(), near.Close()
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the file is left: %v", err)
	}
}

func TestLiveDatagramSocketIsNotTakenAndAStaleOneIs(t *testing.T) {
	path := t.TempDir() + "/s"
	first := listenText(t, "unix-dgram:"+path)
	for _, scheme := range []string{"unix-dgram:", "unix-seqpacket:", "unix:"} {
		a, err := ParseAddress(scheme+path, ToListen)
		if err != nil {
			continue
		}
		if _, err := a.Listen(context.Background(), Options{}); KindOf(err) != KindBind || !strings.Contains(err.Error(), "in use") {
			t.Errorf("%s: %v", scheme, err)
		}
	}
	_ = first.Close()
	stale, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Net: "unixgram", Name: path})
	if err != nil {
		t.Fatal(err)
	}
	_ = stale.Close() // which leaves the file
	_ = listenText(t, "unix-dgram:"+path).Close()
}

func TestClientWithoutANameIsHeardAndCannotBeAnswered(t *testing.T) {
	path := t.TempDir() + "/s"
	l := listenText(t, "unix-dgram:"+path)
	c, err := net.Dial("unixgram", path)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for _, s := range []string{"one", "two"} {
		if _, err := c.Write([]byte(s)); err != nil {
			t.Fatal(err)
		}
	}
	near, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer near.Close()
	hearFrom(t, near, []byte("one"))
	hearFrom(t, near, []byte("two"))
	if _, err := near.Write([]byte("?")); err == nil || !strings.Contains(err.Error(), "has no name to answer it at") {
		t.Errorf("%v", err)
	}
}

// Nothing is lost between Unix sockets: who has no room is waited for, and no
// other client with it.
func TestAnswersWaitForASlowUnixClient(t *testing.T) {
	l := listenText(t, "unix-dgram:"+t.TempDir()+"/s")
	far := dialOne(t, dialerTo(t, l.Addr()))
	defer far.Close()
	sayTo(t, far, nil)
	near, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	const many = 200 // more than the kernel keeps (unix(7), max_dgram_qlen)
	sent := make(chan error, 1)
	go func() {
		for i := range many {
			if _, err := near.Write([]byte{byte(i)}); err != nil {
				sent <- err
				return
			}
		}
		sent <- nil
	}()
	for i := range many {
		if i%50 == 0 {
			time.Sleep(5 * time.Millisecond) // a slow reader
		}
		hearFrom(t, far, []byte{byte(i)})
	}
	if err := <-sent; err != nil {
		t.Error(err)
	}
	go func() {
		for {
			if _, err := near.Write([]byte("on and on")); err != nil {
				sent <- err
				return
			}
		}
	}()
	for far.isIdle() {
		runtime.Gosched()
	}
	_ = near.Close()
	if err := <-sent; err == nil {
		t.Error("a Write outlives its session")
	}
}

func TestUnixSocketThatNobodyListensOnIsRefused(t *testing.T) {
	path := t.TempDir() + "/s"
	for _, scheme := range []string{"unix-dgram:", "unix-seqpacket:"} {
		a, err := ParseAddress(scheme+path, ToDial)
		if err != nil {
			continue
		}
		d, _ := a.Dialer(Options{})
		if _, err := d.Dial(context.Background()); KindOf(err) != KindRefused {
			t.Errorf("%s: %v", scheme, err)
		}
	}
}
