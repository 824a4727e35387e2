package netio

import (
	"context"
	"fmt"
	"net/netip"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestSessionBetweenPlainSocketsIsALoops(t *testing.T) {
	r := rows()[0]
	near, client := pair(t, r)
	far, server := pair(t, r)
	ctx, cancel := context.WithCancel(context.Background())
	e := NewEngine(ctx, Pump{}, true)
	e.Join(near, far, func(Outcome) {})
	for _, end := range []*End{near, far} {
		if _, ok := end.Stream.(*rawConn); !ok {
			t.Errorf("%T was left to Go's poller", end.Stream)
		}
	}
	cancel()
	e.Close()
	_, _ = client.Close(), server.Close()
}

// fullListener returns an address whose backlog is full: a SYN gets no answer.
func fullListener(t *testing.T) string {
	t.Helper()
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Close(fd) })
	if err := unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		t.Fatal(err)
	}
	if err := unix.Listen(fd, 0); err != nil {
		t.Fatal(err)
	}
	sa, err := unix.Getsockname(fd)
	if err != nil {
		t.Fatal(err)
	}
	port := sa.(*unix.SockaddrInet4).Port
	for range 2 { // listen(2): one more than the backlog is let in
		filler, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = unix.Close(filler) })
		_ = unix.Connect(filler, sa)
	}
	return fmt.Sprintf("127.0.0.1:%d", port)
}

func dialOnLoop(ctx context.Context, t *testing.T, o Options, addr string) error {
	t.Helper()
	to, err := ParseAddress(addr, ToDial)
	if err != nil {
		t.Fatal(err)
	}
	dialer, err := to.Dialer(o)
	if err != nil {
		t.Fatal(err)
	}
	e := NewEngine(ctx, Pump{}, true)
	defer e.Close()
	came := make(chan error, 1)
	e.Dial(dialer, &End{}, func(_ *End, err error) { came <- err })
	return <-came
}

func TestDialOnALoopEndsByItsClock(t *testing.T) {
	addr := fullListener(t)
	o := Options{Timeout: 50 * time.Millisecond, TimeoutFlag: "--connect-timeout"}
	err := dialOnLoop(context.Background(), t, o, addr)
	if want := addr + ": no answer for 50 ms (--connect-timeout)"; KindOf(err) != KindTimeout || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

func TestDialOnALoopEndsWithTheRun(t *testing.T) {
	cause := &Error{Kind: KindTerminate}
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(cause)
	if err := dialOnLoop(ctx, t, Options{}, fullListener(t)); err != error(cause) {
		t.Errorf("%v", err)
	}
}

func TestDialOnALoopThatIsRefusedSaysSo(t *testing.T) {
	err := dialOnLoop(context.Background(), t, Options{}, "127.0.0.1:1")
	if KindOf(err) != KindRefused || err.Error() != "127.0.0.1:1: refused" {
		t.Errorf("%v", err)
	}
}

func TestPortThatTheKernelJoinsToItselfIsRefused(t *testing.T) {
	fd, err := rawSocket(netip.MustParseAddrPort("127.0.0.1:0"))
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	if err := unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		t.Fatal(err)
	}
	sa, err := syscall.Getsockname(fd)
	if err != nil {
		t.Fatal(err)
	}
	if err := connectRaw(fd, addrPort(sa)); err != unix.ECONNREFUSED {
		t.Errorf("connecting %v to itself: %v", addrPort(sa), err)
	}
}
