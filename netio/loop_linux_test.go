package netio

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"runtime"
	"sync"
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
	e := NewEngine(ctx, Pump{}, 1)
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
	_, err := endOnLoop(ctx, t, o, addr)
	return err
}

func endOnLoop(ctx context.Context, t *testing.T, o Options, addr string) (end *End, err error) {
	t.Helper()
	to, err := ParseAddress(addr, ToDial)
	if err != nil {
		t.Fatal(err)
	}
	dialer, err := to.Dialer(o)
	if err != nil {
		t.Fatal(err)
	}
	e := NewEngine(ctx, Pump{}, 1)
	defer e.Close()
	came := make(chan struct{})
	e.Dial(dialer, &End{}, func(dialled *End, failed error) {
		end, err = dialled, failed
		close(came)
	})
	<-came
	return end, err
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

// anyPort listens on a port of the kernel's choice.
func anyPort(ctx context.Context, t *testing.T) Listener {
	t.Helper()
	a, err := ParseAddress("127.0.0.1:0", ToListen)
	if err != nil {
		t.Fatal(err)
	}
	l, err := a.Listen(ctx, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// servingEngine serves echo on an address until ctx ends; ended is closed then.
func servingEngine(ctx context.Context, t *testing.T) (addr string, ended chan struct{}) {
	t.Helper()
	l := anyPort(ctx, t)
	ended = make(chan struct{})
	go func() {
		defer close(ended)
		e := NewEngine(ctx, Pump{}, 2)
		_ = e.Serve(l, 1000, func(c *End, done func()) { e.Loop(c, func(Outcome) { done() }) }, func(error) {})
		e.Close()
	}()
	return l.Addr().String(), ended
}

func TestServerThatEndsWhileClientsComeEndsCleanly(t *testing.T) {
	for range 30 {
		ctx, cancel := context.WithCancel(context.Background())
		addr, ended := servingEngine(ctx, t)
		var clients sync.WaitGroup
		for n := range 4 {
			clients.Go(func() { // until nobody listens any more
				for i := 0; ; i++ {
					c, err := net.Dial("tcp", addr)
					if err != nil {
						return
					}
					_ = c.(*net.TCPConn).SetLinger(0)
					_ = c.Close()
					if n == 0 && i == 50 {
						cancel()
					}
				}
			})
		}
		<-ended // it panicked here
		clients.Wait()
		cancel()
	}
}

func TestSocketThatGoesBackToGoIsNobodyElsesDescriptor(t *testing.T) {
	near, peer := pair(t, rows()[0])
	defer peer.Close()
	if !near.toLoop() {
		t.Fatal("it cannot go to a loop")
	}
	fd := near.Stream.(*rawConn).fd
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	none := limit
	none.Cur = 3
	_ = unix.Setrlimit(unix.RLIMIT_NOFILE, &none)
	err := near.toPoller()
	_ = unix.Setrlimit(unix.RLIMIT_NOFILE, &limit)
	if err == nil {
		t.Fatal("it went without a descriptor to be had")
	}
	_ = near.Close()
	if err := unix.Dup2(0, fd); err != nil { // somebody else gets the number
		t.Fatal(err)
	}
	defer unix.Close(fd)
	runtime.GC()
	runtime.GC() // a finalizer that owns the number, too, would close it
	if _, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); err != nil {
		t.Errorf("descriptor %d: %v", fd, err)
	}
}

func TestClientsAreSpreadOverTheLoopsWhileTheirTargetIsDialled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	e := NewEngine(ctx, Pump{}, 3)
	l := anyPort(ctx, t)
	accepted, served := make(chan *End), make(chan struct{})
	go func() {
		defer close(served)
		_ = e.Serve(l, 1000, func(c *End, done func()) { accepted <- c; done() }, func(error) {})
	}()
	t.Cleanup(func() { cancel(); <-served; e.Close() })
	var clients []*End // of which none has a session yet
	of := map[*loop]int{}
	for range 30 { // one after the other, so that the loop that waits first could take them all
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
		end := <-accepted
		of[end.Stream.(*rawConn).loop]++
		clients = append(clients, end)
	}
	for i, loop := range e.loops.all {
		if n := of[loop]; n < 9 || n > 11 {
			t.Errorf("loop %d has %d of 30", i, n)
		}
	}
	for _, end := range clients {
		_ = end.Close()
	}
	for i, loop := range e.loops.all {
		if n := loop.clients.Load(); n != 0 {
			t.Errorf("loop %d still counts %d when all have gone", i, n)
		}
	}
}
