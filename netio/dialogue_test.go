package netio

import (
	"context"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"
)

// converse makes one of what is typed: "say x" and "await x", in turn.
func converse(t testing.TB, limit time.Duration, steps ...string) *Dialogue {
	t.Helper()
	d := &Dialogue{Limit: limit, Flag: "--idle-timeout"}
	for _, typed := range steps {
		verb, text, _ := strings.Cut(typed, " ")
		if verb == "say" {
			d.Steps = append(d.Steps, Step{Send: []byte(text)})
		} else {
			d.Steps = append(d.Steps, Step{Expect: mustExpect(t, text)})
		}
	}
	return d
}

// atOnce are the rules of a dialogue that ends with what is awaited.
var atOnce = Rules{Bounded: true}

// holds runs a session with the dialogue, whose peer does what far says.
func (d *Dialogue) holds(t *testing.T, r row, rules Rules, far func(peer *End)) (Outcome, string) {
	t.Helper()
	before := runtime.NumGoroutine()
	end, peer := pair(t, r)
	var out near
	done := make(chan struct{})
	go func() { far(peer); close(done) }()
	o := Pump{Rules: rules}.Join(context.Background(), d.Between(&End{Stream: &out, Name: "near", Input: InputNone}, end), end)
	<-done
	_ = peer.Close()
	noGoroutinesLeft(t, before)
	return o, out.out.String()
}

// hears reads what must come next.
func hears(t *testing.T, peer *End, want string) {
	t.Helper()
	got := make([]byte, len(want))
	if n, err := io.ReadFull(peer, got); err != nil || string(got) != want {
		t.Errorf("the peer heard %q and %v, want %q", got[:n], err, want)
	}
}

func says(t *testing.T, peer *End, what string) {
	t.Helper()
	if _, err := peer.Write([]byte(what)); err != nil {
		t.Errorf("the peer cannot say %q: %v", what, err)
	}
}

// hearsEnd wants the other side's end, in order.
func hearsEnd(t *testing.T, peer *End) {
	t.Helper()
	if rest, err := io.ReadAll(peer); err != nil || len(rest) > 0 {
		t.Errorf("the peer heard %q and %v, want an end", rest, err)
	}
}

// hearsBreak wants a reset, where the transport has one.
func hearsBreak(t *testing.T, peer *End, r row) {
	t.Helper()
	if _, err := io.ReadAll(peer); err == nil && r.resets {
		t.Error("the peer heard an end, want a reset")
	}
}

func TestDialogues(t *testing.T) {
	for _, r := range rows() {
		if r.loop {
			continue // a session with a dialogue never is on one
		}
		t.Run(r.name, func(t *testing.T) {
			t.Run("what is said waits for its turn, and the end for the last answer", func(t *testing.T) { inTurn(t, r) })
			t.Run("what is said last is answered to the far end's end", func(t *testing.T) { answered(t, r) })
			t.Run("a far end that goes on is left at the last answer", func(t *testing.T) { leftTalking(t, r) })
			t.Run("a far end that closes early is a failed check", func(t *testing.T) { closedEarly(t, r) })
			t.Run("a far end that breaks off early is a failed check", func(t *testing.T) { brokeOff(t, r) })
			t.Run("a far end that breaks off behind the last answer is none", func(t *testing.T) { brokeOffLate(t, r) })
			t.Run("an answer that does not come is a failed check", func(t *testing.T) { silent(t, r) })
			t.Run("what is not taken is a failed check", func(t *testing.T) { notTaken(t, r) })
		})
	}
}

func inTurn(t *testing.T, r row) {
	d := converse(t, patience, "await ^220 ", "say EHLO me\r\n", "await ^250 ", "say QUIT\r\n", "await ^221 ")
	o, came := d.holds(t, r, atOnce, func(peer *End) {
		says(t, peer, "220 mail\r\n")
		hears(t, peer, "EHLO me\r\n")
		says(t, peer, "250-mail\r\n250-SIZE\r\n2")
		says(t, peer, "50 OK\r\n")
		hears(t, peer, "QUIT\r\n")
		says(t, peer, "221 bye\r\n")
		hearsEnd(t, peer) // no sooner: it would have been what was heard
		peer.CloseInOrder()
	})
	if o.Err != nil || !strings.HasPrefix(came, "220 mail\r\n250-mail\r\n250-SIZE\r\n250 OK\r\n221 ") {
		t.Errorf("%+v, %q", o, came)
	}
}

func answered(t *testing.T, r row) {
	o, came := converse(t, patience, "say one", "await 1", "say two").holds(t, r, Rules{}, func(peer *End) {
		hears(t, peer, "one")
		says(t, peer, "1")
		hears(t, peer, "two")
		hearsEnd(t, peer)
		says(t, peer, "2, and more")
		peer.CloseInOrder()
	})
	if o.Err != nil || came != "12, and more" || o.First != "near" {
		t.Errorf("%+v, %q", o, came)
	}
}

func leftTalking(t *testing.T, r row) {
	o, came := converse(t, patience, "await now").holds(t, r, atOnce, func(peer *End) {
		for { // until it is cut off, since nobody listens any more
			if _, err := peer.Write([]byte("on and on, now and ever ")); err != nil {
				return
			}
		}
	})
	if o.Err != nil || !strings.HasPrefix(came, "on and on, now") {
		t.Errorf("%+v, %.100q", o, came)
	}
}

func closedEarly(t *testing.T, r row) {
	o, came := converse(t, patience, "say ruok", "await imok").holds(t, r, atOnce, func(peer *End) {
		hears(t, peer, "ruok")
		says(t, peer, "nope\n")
		_ = peer.CloseWrite()
		hearsBreak(t, peer, r)
	})
	if want := `expected /imok/ (step 2 of 2), saw "nope\n", then the far end closed`; KindOf(o.Err) != KindCheck || !strings.HasSuffix(o.Err.Error(), want) || came != "nope\n" {
		t.Errorf("%+v, %q; want %s", o, came, want)
	}
}

func brokeOff(t *testing.T, r row) {
	if !r.resets {
		t.Skip("this transport has no reset")
	}
	o, came := converse(t, patience, "say ruok", "await imok").holds(t, r, atOnce, func(peer *End) {
		hears(t, peer, "ruok")
		says(t, peer, "no")
		for !peer.Sock.flushed() {
			runtime.Gosched()
		}
		_ = peer.Close() // its linger is still 0
	})
	if want := `expected /imok/ (step 2 of 2), saw "no", then: reset`; KindOf(o.Err) != KindCheck || !strings.HasSuffix(o.Err.Error(), want) || came != "no" {
		t.Errorf("%+v, %q; want %s", o, came, want)
	}
}

func brokeOffLate(t *testing.T, r row) {
	for range 20 { // either the end or the break is seen first
		o, came := converse(t, patience, "say ruok", "await imok").holds(t, r, atOnce, func(peer *End) {
			hears(t, peer, "ruok")
			says(t, peer, "imok")
			for !peer.Sock.flushed() {
				runtime.Gosched()
			}
			_ = peer.Close() // its linger is still 0
		})
		if o.Err != nil || came != "imok" {
			t.Fatalf("%+v, %q", o, came)
		}
	}
}

func silent(t *testing.T, r row) {
	rules := atOnce
	rules.Idle, rules.IdleFlag = 50*time.Millisecond, "--idle-timeout" // the same flag sets both
	o, came := converse(t, rules.Idle, "await ^a", "say b", "await ^c").holds(t, r, rules, func(peer *End) {
		says(t, peer, "a!\n")
		hears(t, peer, "b")
		hearsBreak(t, peer, r)
	})
	if want := `expected /^c/ (step 3 of 3), saw "!\n" within 50 ms (--idle-timeout)`; KindOf(o.Err) != KindCheck || !strings.HasSuffix(o.Err.Error(), want) || came != "a!\n" {
		t.Errorf("%+v, %q; want %s", o, came, want)
	}
}

func notTaken(t *testing.T, r row) {
	d := converse(t, 50*time.Millisecond, "say much", "await thanks")
	d.Steps[0].Send = noise(32 << 20)
	o, _ := d.holds(t, r, atOnce, func(peer *End) { _ = peer.Sock.awaitGone() })
	if want := "step 1 of 2 could not be sent within 50 ms (--idle-timeout)"; KindOf(o.Err) != KindCheck || !strings.HasSuffix(o.Err.Error(), want) {
		t.Errorf("%+v; want %s", o, want)
	}
}

func TestWhatTheFarEndsEndCompletesIsMet(t *testing.T) {
	for _, row := range []struct {
		text  string
		steps []string
		fails string
	}{
		{"it is ok", []string{"await ok$", "say thanks"}, ""},
		{"it is ok.", []string{"await ok", `await \z`, "say thanks"}, ""},
		{"it is ok", []string{"await ok", `await \z`}, `expected /\z/ (step 2 of 2), saw nothing, then the far end closed`},
	} {
		o, came := converse(t, patience, row.steps...).holds(t, rows()[0], Rules{}, func(peer *End) {
			says(t, peer, row.text)
			_ = peer.CloseWrite()
			if row.fails != "" {
				hearsBreak(t, peer, rows()[0])
				return
			}
			hears(t, peer, "thanks")
			hearsEnd(t, peer)
			peer.CloseInOrder()
		})
		if (o.Err != nil) != (row.fails != "") || o.Err != nil && !strings.HasSuffix(o.Err.Error(), row.fails) || came != row.text {
			t.Errorf("%v: %+v, %q", row.steps, o, came)
		}
	}
}

// A holding is a near end that holds back some of what it is given, as a terminal's does.
type holding struct {
	near
	given bool
}

func (h *holding) flush() error { h.given = true; return nil }

func TestWhatATerminalHasHeldBackIsShownWhenADialogueFails(t *testing.T) {
	end, peer := pair(t, rows()[0])
	var out holding
	go func() { _, _ = peer.Write([]byte("caf\xc3")); _ = peer.CloseWrite() }()
	o := Pump{Rules: atOnce}.Join(context.Background(), converse(t, patience, "await tea").Between(&End{Stream: &out, Name: "near"}, end), end)
	if KindOf(o.Err) != KindCheck || !out.given {
		t.Errorf("%+v; flushed: %v", o, out.given)
	}
	_ = peer.Close()
}
