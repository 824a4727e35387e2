package netio

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// The conformance suite: what every scheme must do under every engine and layer
// that sessions can have. A new one is a new row.

type row struct {
	name   string
	listen func(t testing.TB) string // an address to listen on
	resets bool                      // the transport knows a reset
	loop   bool                      // sessions are an Engine's, on event loops where there are any
	layers []Layer                   // on both ends
}

func rows() []row {
	schemes := []row{
		{"tcp4", func(testing.TB) string { return "tcp4:127.0.0.1:0" }, true, false, nil},
		{"tcp6", func(testing.TB) string { return "tcp6:[::1]:0" }, true, false, nil},
		{"unix", func(t testing.TB) string { return "unix:" + t.TempDir() + "/s" }, false, false, nil},
	}
	all := append(schemes, row{"tls", func(testing.TB) string { return "tls:127.0.0.1:0" }, true, false, nil})
	for _, r := range schemes {
		all = append(all, row{r.name + " on a loop", r.listen, r.resets, true, nil})
	}
	telnet := schemes[0]
	telnet.name, telnet.layers = "tcp4 as telnet", []Layer{Telnet}
	all = append(all, telnet)
	for _, scheme := range []string{"tcp4", "tls", "unix"} {
		i := slices.IndexFunc(all, func(r row) bool { return r.name == scheme })
		captured := all[i]
		captured.name, captured.layers = scheme+" captured", []Layer{NewCapture(RecordTo("", io.Discard, nil), "").Layer}
		all = append(all, captured)
	}
	for _, i := range []int{0, 3} {
		dumped := all[i]
		dumped.name += " with a dump"
		dumped.layers = []Layer{(&Dump{To: RecordTo("", io.Discard, nil), Text: i > 0}).Layer}
		all = append(all, dumped)
	}
	limited := all[0]
	limited.name, limited.layers = "tcp4 limited", []Layer{Limited(200e6)}
	digested := all[0]
	digested.name, digested.layers = "tcp4 digested", []Layer{Digested("sha256")}
	return append(all, limited, digested)
}

// join runs a session under the row's engine; near and far are one end in a Loop.
func (r row) join(ctx context.Context, rules Rules, near, far *End) Outcome {
	return r.pump(ctx, Pump{Rules: rules}, near, far)
}

func (r row) pump(ctx context.Context, p Pump, near, far *End) Outcome {
	if !r.loop {
		return p.run(ctx, near, far)
	}
	e := NewEngine(ctx, p, 2)
	defer e.Close()
	done := make(chan Outcome, 1)
	e.Join(near, far, func(o Outcome) { done <- o })
	return <-done
}

// patience is how long a test waits for what must happen.
const patience = 20 * time.Second

func TestConformance(t *testing.T) {
	parts := map[string]func(*testing.T, row){
		"a big transfer comes back whole":            bigTransfer,
		"a half-closed request is answered":          halfClose,
		"a cancelled session ends at once":           cancelled,
		"an idle session ends by its clock":          idle,
		"a half-open session ends by its clock":      halfOpen,
		"a peer gone before the input's end":         goneEarly,
		"a reset behind a blocked direction":         blocked,
		"a reset behind answers that nobody reads":   unread,
		"a reset is no end":                          reset,
		"the first byte's time is told":              firstByteTold,
		"a session can be looked at while it runs":   lookedAt,
		"a relay carries both ends":                  relayed,
		"a slow reader gets all of a finished peer":  finishedBehind,
		"a peer that vanishes leaves nothing behind": vanished,
	}
	for _, r := range rows() {
		for name, part := range parts {
			t.Run(r.name+": "+name, func(t *testing.T) {
				before := runtime.NumGoroutine()
				part(t, r)
				noGoroutinesLeft(t, before)
			})
		}
	}
}

func bigTransfer(t *testing.T, r row) {
	far, peer := pair(t, r)
	data := noise(16 << 20)
	n, end := r.nearEnd(t, bytes.NewReader(data))
	looped := make(chan Outcome, 1)
	go func() { looped <- r.join(context.Background(), Rules{}, peer, peer) }()
	o := r.join(context.Background(), Rules{}, end, far)
	if o.Err != nil || o.Sent != int64(len(data)) || o.Received != int64(len(data)) {
		t.Errorf("%+v", o)
	}
	if sha256.Sum256(n.output()) != sha256.Sum256(data) {
		t.Error("what came back differs")
	}
	if o := <-looped; o.Err != nil || o.First != "far" {
		t.Errorf("the loop: %+v", o)
	}
}

func halfClose(t *testing.T, r row) {
	far, peer := pair(t, r)
	n, end := r.nearEnd(t, strings.NewReader("question"))
	go func() {
		asked, _ := io.ReadAll(peer)
		_, _ = peer.Write(append(asked, " answered"...))
		peer.CloseInOrder()
	}()
	o := r.join(context.Background(), Rules{}, end, far)
	if o.Err != nil || string(n.output()) != "question answered" || o.First != "near" {
		t.Errorf("%+v, %q", o, n.out.String())
	}
}

func cancelled(t *testing.T, r row) {
	far, peer := pair(t, r)
	_, end := r.nearEnd(t, nil)
	ctx, cancel := context.WithCancelCause(context.Background())
	cause := errors.New("called off")
	go cancel(cause)
	if o := r.join(ctx, Rules{}, end, far); o.Err != cause {
		t.Errorf("%+v", o)
	}
	_, _ = io.ReadAll(peer) // ends: the other side is closed
	_ = peer.Close()
}

func idle(t *testing.T, r row) {
	far, peer := pair(t, r)
	_, end := r.nearEnd(t, nil)
	o := r.join(context.Background(), Rules{Idle: 50 * time.Millisecond, IdleFlag: "--idle-timeout"}, end, far)
	if KindOf(o.Err) != KindTimeout || !strings.Contains(o.Err.Error(), "no byte for 50 ms (--idle-timeout)") {
		t.Errorf("%+v", o)
	}
	_, _ = io.ReadAll(peer)
	_ = peer.Close()
}

func reset(t *testing.T, r row) {
	if !r.resets {
		t.Skip("this transport has no reset")
	}
	far, peer := pair(t, r)
	n, end := r.nearEnd(t, nil)
	if _, err := peer.Write([]byte("what came before")); err != nil {
		t.Fatal(err)
	}
	for !peer.Sock.flushed() {
		runtime.Gosched()
	}
	_ = peer.Close() // its linger is still 0
	o := r.join(context.Background(), Rules{}, end, far)
	if KindOf(o.Err) != KindReset || string(n.output()) != "what came before" {
		t.Errorf("%+v, %q", o, n.out.String())
	}
}

// goneEarly: between two reads of a file nothing is unacknowledged, and yet the
// rest was not sent.
func goneEarly(t *testing.T, r row) {
	if !canWatch {
		t.Skip("who is gone is not heard here before the next Read or Write")
	}
	if !r.resets || r.loop {
		t.Skip("it takes a transport with a reset, and a file")
	}
	far, peer := pair(t, r)
	_, end := r.nearEnd(t, nil)
	joined := make(chan Outcome, 1)
	go func() { joined <- r.join(context.Background(), Rules{}, end, far) }()
	_ = peer.CloseWrite()
	_ = peer.Close() // its linger is still 0
	if o := <-joined; KindOf(o.Err) != KindReset {
		t.Errorf("%+v", o)
	}
}
