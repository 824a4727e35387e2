package netio

import (
	"context"
	"net"
	"syscall"
	"testing"
)

// A refusing fails every dial with its error.
type refusing struct{ err error }

func (r refusing) Dial(context.Context) (*End, error) { return nil, r.err }

// connect(2) tells of a reset that comes before it is asked: it was a connection all the same.
func TestAPortThatResetsAtOnceIsOpen(t *testing.T) {
	raw := &Error{Kind: KindReset, Addr: "x:80", Err: syscall.ECONNRESET, Tried: []string{"::1"}}
	raced := &Error{Kind: KindReset, Addr: "x:80", Tried: []string{"::1", "127.0.0.2"},
		Err: &net.OpError{Op: "dial", Net: "tcp", Addr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 2), Port: 80}, Err: syscall.ECONNRESET}}
	for want, err := range map[string]error{"[::1]:80": raw, "127.0.0.2:80": raced} {
		end, err := welcomed{refusing{err}, "80"}.Dial(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if end.Peer != want || end.Local() != "" {
			t.Errorf("%q from %q, want %q", end.Peer, end.Local(), want)
		}
		end.CloseInOrder()
	}
	refused := &Error{Kind: KindRefused, Err: syscall.ECONNREFUSED}
	if _, err := (welcomed{refusing{refused}, "80"}).Dial(context.Background()); err != refused {
		t.Errorf("%v", err)
	}
}

func TestAResetTellsMoreThanARefusal(t *testing.T) {
	if !precedes(KindReset, KindRefused) || precedes(KindRefused, KindReset) {
		t.Error("of two addresses the one that accepted counts")
	}
}
