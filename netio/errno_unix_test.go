//go:build unix

package netio

import (
	"context"
	"errors"
	"net"
	"os"
	"syscall"
	"testing"
)

// The kinds that need a network of their own to be provoked are held here.
func TestFailuresAreClassedByTheirNumbers(t *testing.T) {
	for _, c := range []struct {
		err  error
		kind Kind
		what string
	}{
		{syscall.EHOSTUNREACH, KindUnreachable, "host unreachable"},
		{syscall.ENETUNREACH, KindUnreachable, "network unreachable"},
		{syscall.ETIMEDOUT, KindTimeout, "no answer"},
		{syscall.ECONNRESET, KindReset, "reset"},
		{syscall.EPIPE, KindReset, "reset"},
		{syscall.ENOTCONN, KindReset, "reset"},
		{syscall.EADDRINUSE, KindBind, "in use"},
		{syscall.EMFILE, KindOther, "too many open files"},
		{&net.DNSError{Err: "x", IsNotFound: true}, KindName, "no such name"},
		{&net.DNSError{Err: "x", IsTimeout: true}, KindName, "the name server did not answer"},
		{&net.DNSError{Err: "read udp 192.0.2.1:4->192.0.2.53:53: read: connection refused", Server: "192.0.2.53:53"}, KindName,
			"cannot look up the name at 192.0.2.53:53: connection refused"},
		{&net.DNSError{Err: "server misbehaving", Server: "192.0.2.53:53"}, KindName, "cannot look up the name at 192.0.2.53:53: server misbehaving"},
		{context.DeadlineExceeded, KindTimeout, "no answer"},
		{errors.New("something else"), KindOther, "something else"},
	} {
		if kind, what := describe(c.err); kind != c.kind || what != c.what {
			t.Errorf("%v is %v %q, want %v %q", c.err, kind, what, c.kind, c.what)
		}
	}
	deep := &net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
	if kind, what := describe(deep); kind != KindRefused || what != "refused" {
		t.Errorf("a wrapped number is %v %q", kind, what)
	}
}

func TestDeathByKeepaliveInMidSessionIsABrokenSessionNotAClock(t *testing.T) {
	s := &session{near: &End{}, far: &End{Name: "db:5432"}, cause: syscall.ETIMEDOUT}
	s.broken = s.far
	if err := s.resetError(); KindOf(err) != KindReset || err.Error() != "db:5432: no acknowledgement after 0 B sent, 0 B received" {
		t.Errorf("%v (%v)", err, KindOf(err))
	}
}
