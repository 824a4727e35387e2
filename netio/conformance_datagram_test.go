package netio

import (
	"bytes"
	"context"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"
)

// The conformance suite of the transports that keep boundaries.

type packetRow struct {
	name    string
	listen  func(t testing.TB) string
	endless bool // a peer never tells that it has finished
}

func packetRows() []packetRow {
	return []packetRow{
		{"udp4", func(testing.TB) string { return "udp4:127.0.0.1:0" }, true},
		{"udp6", func(testing.TB) string { return "udp6:[::1]:0" }, true},
		{"udp on every address", func(testing.TB) string { return "udp:0" }, true},
		{"unix-dgram", func(t testing.TB) string { return "unix-dgram:" + t.TempDir() + "/s" }, true},
		{"unix-seqpacket", func(t testing.TB) string { return "unix-seqpacket:" + t.TempDir() + "/s" }, false},
	}
}

func TestConformanceOfDatagrams(t *testing.T) {
	parts := map[string]func(*testing.T, packetRow){
		"every size comes back as it was sent":       everySize,
		"a relay keeps boundaries":                   relayedWhole,
		"a stream's pieces fit, however large it is": streamInPieces,
		"what is too large is refused, not cut":      tooLargeRefused,
		"what is cut is told":                        cutTold,
		"a cancelled session ends at once":           cancelledPackets,
		"an idle session ends by its clock":          idlePackets,
		"an idle session of clients ends in order":   idleClients,
		"a reply is over when nothing follows":       replyOver,
		"so many datagrams, and no more":             soMany,
		"many peers at once":                         manyPeers,
		"a closed listener leaves its sessions":      closedListener,
	}
	for _, r := range packetRows() {
		for name, part := range parts {
			t.Run(r.name+": "+name, func(t *testing.T) {
				before := runtime.NumGoroutine()
				part(t, r)
				noGoroutinesLeft(t, before)
			})
		}
	}
}

// serve listens, and returns what dials there.
func (r packetRow) serve(t testing.TB, o Options) (Listener, Dialer) {
	t.Helper()
	addr, err := ParseAddress(r.listen(t), ToListen)
	if err != nil {
		t.Skip("not here: ", err)
	}
	l, err := addr.Listen(context.Background(), o)
	if err != nil && r.name == "udp6" {
		t.Skip("no IPv6 here: ", err)
	} else if err != nil {
		t.Fatal(err)
	}
	return l, dialerTo(t, l.Addr())
}

func dialerTo(t testing.TB, a net.Addr) Dialer {
	t.Helper()
	prefix := map[string]string{"udp": "udp:", "unixgram": "unix-dgram:", "unixpacket": "unix-seqpacket:"}[a.Network()]
	text := strings.Replace(a.String(), "[::]", "127.0.0.1", 1)
	to, err := ParseAddress(prefix+text, ToDial)
	if err != nil {
		t.Fatal(err)
	}
	d, err := to.Dialer(Options{})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func dialOne(t testing.TB, d Dialer) *End {
	t.Helper()
	end, err := d.Dial(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return end
}

// pair returns two ends that have exchanged a datagram, and closes the listener.
func (r packetRow) pair(t testing.TB) (dialled, accepted *End) {
	t.Helper()
	l, d := r.serve(t, Options{})
	defer l.Close()
	dialled = dialOne(t, d)
	sayTo(t, dialled, []byte("the first"))
	accepted, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	hearFrom(t, accepted, []byte("the first"))
	return dialled, accepted
}

func sayTo(t testing.TB, e *End, p []byte) {
	t.Helper()
	if n, err := e.Write(p); n != len(p) || err != nil {
		t.Fatalf("%d of %d bytes: %v", n, len(p), err)
	}
}

func hearFrom(t testing.TB, e *End, want []byte) {
	t.Helper()
	_ = e.Sock.SetDeadline(time.Now().Add(patience))
	got := make([]byte, maxBuffer)
	n, err := e.Read(got)
	if err != nil || !bytes.Equal(got[:n], want) {
		t.Fatalf("%d bytes and %v, want a datagram of %d", n, err, len(want))
	}
}

// looped has end sent back what it says, until the returned function is called.
func looped(t testing.TB, end *End) (stop func() Outcome) {
	ctx, cancel := context.WithCancelCause(context.Background())
	done := make(chan Outcome, 1)
	go func() { done <- Pump{}.Loop(ctx, end) }()
	return func() Outcome {
		cancel(errStopped)
		return <-done
	}
}
