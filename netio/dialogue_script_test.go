package netio

import (
	"bytes"
	"io"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// script begins the session's part in a dialogue, without a session.
func (d *Dialogue) script(far *End) (*script, *near) {
	out := &near{}
	return d.Between(&End{Stream: out, Name: "near"}, far).script, out
}

func TestEachStepHasItsOwnClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := converse(t, 5*time.Second, "await a", "await b", "say c", "await d").script(&End{Name: "far"})
		go func() {
			for _, what := range []string{"a", "b", "nothing that is awaite"} {
				time.Sleep(4 * time.Second)
				_, _ = s.Write([]byte(what))
			}
		}()
		buf := make([]byte, 10)
		if n, err := s.Read(buf); string(buf[:n]) != "c" || err != nil {
			t.Error(string(buf[:n]), err)
		}
		read := make(chan error)
		go func() {
			_, err := s.Read(buf)
			read <- err
		}()
		if err := <-s.lost; KindOf(err) != KindCheck || err.Error() != `far: expected /d/ (step 4 of 4), saw "nothing that is awaite" within 5 s (--idle-timeout)` {
			t.Error(err)
		}
		_, _ = s.Write([]byte("d")) // too late
		synctest.Wait()
		select {
		case err := <-read:
			t.Error("an end came with the failure, which would be a FIN: ", err)
		default:
		}
		s.StopReading()
		if err := <-read; err != errStopped {
			t.Error(err)
		}
	})
}

func TestALayerThatPausesIsNoFarEndThatDoesNotTake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		far := &End{Stream: &tape{}, Name: "far"}
		far.Stream = Paced(time.Minute)(far)
		s, _ := converse(t, time.Second, "say one\ntwo\nthree\n", "await d").script(far)
		buf := make([]byte, 100)
		n, err := s.Read(buf)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := far.Stream.Write(buf[:n]); err != nil {
			t.Fatal(err)
		}
		_, _ = s.Write([]byte("d"))
		if n, err := s.Read(buf); n != 0 || err != io.EOF {
			t.Error(n, err)
		}
	})
}

func TestADatagramIsSaidAsAWholeOrNotAtAll(t *testing.T) {
	s, _ := converse(t, 0, "say one", "say two", "say three").script(&End{Datagram: 4})
	buf := make([]byte, 4)
	for _, want := range []string{"one", "two"} {
		if n, err := s.Read(buf); string(buf[:n]) != want || err != nil {
			t.Errorf("%q, %v", buf[:n], err)
		}
	}
	if n, err := s.Read(buf); n != 0 || KindOf(err) != KindReset || err.Error() != "a datagram of 5 bytes does not fit (at most 4)" {
		t.Error(n, err)
	}
}

// However a server's words are cut, the session takes the same course.
func TestWhatComesIsCutAnywhereInADialogue(t *testing.T) {
	text := []byte("220 mail\r\n250-one\r\n250 two\r\n221 bye\r\n")
	for cut := range text {
		s, out := converse(t, 0, "await ^220 ", "await ^250 two$", "say Q", "await ^221 .*$").script(&End{})
		for _, p := range [][]byte{text[:cut], text[cut:]} {
			if _, err := s.Write(p); err != nil {
				t.Fatal(err)
			}
		}
		said, err := io.ReadAll(s)
		if string(said) != "Q" || err != nil || !bytes.Equal(out.out.Bytes(), text) {
			t.Errorf("cut at %d: %q, %v", cut, said, err)
		}
	}
	if !slices.Equal(converse(t, 0, "say x").Steps[0].Send, []byte("x")) {
		t.Error("a dialogue is not changed by its sessions")
	}
}
