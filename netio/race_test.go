package netio

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// conns is a dialler whose addresses answer as they are told to.
type answer struct {
	after time.Duration // 0: at once; below 0: never
	err   error
}

func dialFrom(answers map[string]answer) func(context.Context, netip.AddrPort) (net.Conn, error) {
	return func(ctx context.Context, to netip.AddrPort) (net.Conn, error) {
		a := answers[to.Addr().String()]
		if a.after < 0 {
			<-ctx.Done()
			return nil, ctx.Err()
		}
		select {
		case <-time.After(a.after):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		if a.err != nil {
			return nil, a.err
		}
		ours, theirs := net.Pipe()
		_ = theirs.Close()
		return ours, nil
	}
}

func addrPorts(ips ...string) (list []netip.AddrPort) {
	for _, ip := range ips {
		list = append(list, netip.AddrPortFrom(netip.MustParseAddr(ip), 80))
	}
	return list
}

func TestTwoBlackHolesHideAnOpenAddressForHalfASecondOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		conn, _ := race(context.Background(), addrPorts("2001:db8::1", "2001:db8::2", "192.0.2.1"),
			dialFrom(map[string]answer{"2001:db8::1": {after: -1}, "2001:db8::2": {after: -1}, "192.0.2.1": {}}))
		if conn == nil || time.Since(begin) != 2*attemptDelay {
			t.Errorf("%v after %v", conn, time.Since(begin))
		}
	})
}

func TestRefusedAddressCostsTheNextNoTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		conn, _ := race(context.Background(), addrPorts("::1", "127.0.0.1"),
			dialFrom(map[string]answer{"::1": {err: syscall.ECONNREFUSED}, "127.0.0.1": {}}))
		if conn == nil || time.Since(begin) != 0 {
			t.Errorf("%v after %v", conn, time.Since(begin))
		}
	})
}

func TestEveryAddressThatWasTriedIsNamed(t *testing.T) {
	refused := syscall.ECONNREFUSED
	for name, c := range map[string]struct {
		answers map[string]answer
		want    string
		kind    Kind
	}{
		"all refused": {map[string]answer{"10.0.0.5": {err: refused}, "fd00::5": {err: refused}},
			"db:80: refused (fd00::5, 10.0.0.5)", KindRefused},
		"each its own": {map[string]answer{"10.0.0.5": {err: refused}, "fd00::5": {err: syscall.ENETUNREACH}},
			"db:80: no address answers (fd00::5: network unreachable; 10.0.0.5: refused)", KindRefused},
		"one silent": {map[string]answer{"10.0.0.5": {err: syscall.EHOSTUNREACH}, "fd00::5": {after: -1}},
			"db:80: no answer for 3 s (--connect-timeout); tried fd00::5, 10.0.0.5", KindTimeout},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				late := TimeoutError("db:80", "no answer for", 3*time.Second, "--connect-timeout", "")
				ctx, cancel := context.WithTimeoutCause(context.Background(), 3*time.Second, late)
				defer cancel()
				conn, attempts := race(ctx, addrPorts("fd00::5", "10.0.0.5"), dialFrom(c.answers))
				if conn != nil {
					t.Fatal("connected")
				}
				d := &tcpDialer{addr: Address{Text: "db:80", Host: "db", Port: "80"}}
				if err := d.failure(ctx, attempts); err.Error() != c.want || KindOf(err) != c.kind {
					t.Errorf("%v (%v), want %s", err, KindOf(err), c.want)
				}
			})
		})
	}
}

func TestSourceThatCannotBeBoundIsNamedWhole(t *testing.T) {
	for want, o := range map[string]Options{
		"cannot bind the source router: in use":        {Source: "router"},
		"cannot bind the source port 80: in use":       {SourcePort: "80"},
		"cannot bind the source proxy port 80: in use": {Source: "proxy", SourcePort: "80"},
	} {
		d := &tcpDialer{opts: o}
		if _, what := d.describe(syscall.EADDRINUSE); what != want {
			t.Errorf("%q, want %q", what, want)
		}
	}
}

func TestCancelledRaceEndsWithItsCause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cause := errors.New("called off")
		ctx, cancel := context.WithCancelCause(context.Background())
		time.AfterFunc(time.Second, func() { cancel(cause) })
		_, attempts := race(ctx, addrPorts("192.0.2.1"), dialFrom(map[string]answer{"192.0.2.1": {after: -1}}))
		d := &tcpDialer{addr: Address{Text: "db:80", Host: "db", Port: "80"}}
		if err := d.failure(ctx, attempts); err != cause {
			t.Error(err)
		}
	})
}

func TestFamiliesTakeTurnsFromTheFirstOnes(t *testing.T) {
	var in []netip.Addr
	for _, ip := range strings.Fields("fd00::1 fd00::2 fd00::3 10.0.0.1 10.0.0.2") {
		in = append(in, netip.MustParseAddr(ip))
	}
	if got := joinAddrs(interleave(in)); got != "fd00::1, 10.0.0.1, fd00::2, 10.0.0.2, fd00::3" {
		t.Error(got)
	}
}

func TestADiallerThatIsCalledOffSaysWhy(t *testing.T) {
	ctx, cancel := context.WithCancelCause(context.Background())
	cause := errors.New("called off")
	cancel(cause)
	for _, word := range []string{"discard:", "127.0.0.1:1", "tls:127.0.0.1:1", "unix:/nosuch"} {
		a, err := ParseAddress(word, ToDial)
		if err != nil {
			t.Fatal(err)
		}
		d, err := a.Dialer(Options{})
		if err == nil {
			_, err = d.Dial(ctx)
		}
		if !errors.Is(err, cause) {
			t.Errorf("%s: %v", word, err)
		}
	}
}
