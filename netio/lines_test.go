package netio

import (
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestLinesArePacedFromOneLinesEndToTheNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := &tape{}
		s := Paced(30 * time.Second)(&End{Stream: out})
		begin := time.Now()
		for _, w := range []string{"one\ntwo\nth", "ree", "\n", "four"} {
			if n, err := s.Write([]byte(w)); n != len(w) || err != nil {
				t.Fatal(n, err)
			}
		}
		if took := time.Since(begin); took != 90*time.Second {
			t.Errorf("%v, want 90 s", took)
		}
		time.Sleep(time.Hour)
		begin = time.Now()
		if _, err := s.Write([]byte(" more\nfive\n")); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(begin); took != 30*time.Second {
			t.Errorf("%v after a long silence, want 30 s for the second line", took)
		}
		want := []string{"one\n", "two\n", "th", "ree", "\n", "four", " more\n", "five\n"}
		if strings.Join(out.writes, "|") != strings.Join(want, "|") {
			t.Errorf("%q", out.writes)
		}
	})
}

func TestAPauseBetweenLinesIsCalledOff(t *testing.T) {
	for name, callOff := range map[string]func(*End, Stream){
		"by Close":       func(_ *End, s Stream) { _ = s.Close() },
		"by the session": func(e *End, _ Stream) { e.stopWriting() },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				out := &tape{}
				end := &End{Stream: out}
				s := Paced(time.Hour)(end)
				wrote := make(chan error)
				go func() {
					_, err := s.Write([]byte("one\ntwo\n"))
					wrote <- err
				}()
				synctest.Wait()
				begin := time.Now()
				callOff(end, s)
				if err := <-wrote; err != errStopped || time.Since(begin) != 0 || string(out.written) != "one\n" {
					t.Errorf("%v after %v, %q was sent", err, time.Since(begin), out.written)
				}
			})
		})
	}
}

// Each line counts when it is sent: the idle clock sees the session move.
func TestAPacedSessionIsNotIdleBetweenItsLines(t *testing.T) {
	far, peer := pair(t, rows()[0])
	far.Stream = Paced(30 * time.Millisecond)(far)
	n := &near{in: strings.NewReader(strings.Repeat("line\n", 20)), stopped: make(chan struct{})}
	heard := make(chan []byte, 1)
	go func() {
		b, _ := io.ReadAll(peer)
		peer.CloseInOrder()
		heard <- b
	}()
	o := Pump{Rules: Rules{Idle: 300 * time.Millisecond, IdleFlag: "--idle-timeout"}}.Join(t.Context(), &End{Stream: n, Name: "near"}, far)
	if o.Err != nil || o.Sent != 100 || len(<-heard) != 100 {
		t.Errorf("%+v", o)
	}
}

// A reset ends a session whose next line is an hour away.
func TestAResetEndsAPacedSession(t *testing.T) {
	before := runtime.NumGoroutine()
	far, peer := pair(t, rows()[0])
	far.Stream = Paced(time.Hour)(far)
	n := &near{in: strings.NewReader("one\ntwo\n"), stopped: make(chan struct{})}
	go func() {
		_, _ = io.ReadFull(peer, make([]byte, 4))
		_ = peer.Close() // its linger is still 0
	}()
	o := Pump{}.Join(t.Context(), &End{Stream: n, Name: "near"}, far)
	if KindOf(o.Err) != KindReset || o.Sent != 4 {
		t.Errorf("%+v", o)
	}
	noGoroutinesLeft(t, before)
}
