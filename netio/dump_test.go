package netio

import (
	"bytes"
	"context"
	"net"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// A buffered can be looked at while it is written to.
type buffered struct {
	mu     sync.Mutex
	writes []string
}

func (b *buffered) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.writes = append(b.writes, string(p))
	return len(p), nil
}

func (b *buffered) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return strings.Join(b.writes, "")
}

// await waits until it holds the text.
func (b *buffered) await(t *testing.T, text string) {
	t.Helper()
	for begin := time.Now(); !strings.Contains(b.String(), text); time.Sleep(time.Millisecond) {
		if time.Since(begin) > patience {
			t.Fatalf("%q never came, but %q", text, b.String())
		}
	}
}

var timeOfDay = regexp.MustCompile(`\d\d:\d\d:\d\d\.\d{6}`)

// lines are what was dumped, the times of day as T.
func (b *buffered) lines() string { return timeOfDay.ReplaceAllString(b.String(), "T") }

func (b *buffered) recording() *Recording { return RecordTo("the dump", b, func(error) {}) }

// dump shows what a stream that says pieces gives and is given.
func dump(t *testing.T, d *Dump, pieces []string, replies ...string) string {
	t.Helper()
	var out buffered
	d.To = out.recording()
	said := &tape{}
	for _, p := range pieces {
		said.gives = append(said.gives, []byte(p))
	}
	s := d.Layer(&End{Stream: said, Accepted: true, Peer: "192.0.2.1:80"})
	for _, r := range replies {
		if n, err := s.Write([]byte(r)); n != len(r) || err != nil {
			t.Fatal(n, err)
		}
	}
	for buf := make([]byte, 1<<20); ; {
		if _, err := s.Read(buf); err != nil {
			break
		}
	}
	if err := s.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if err := d.To.Close(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	return out.lines()
}

func TestTheDumpHasBothDirectionsWithTheirOffsets(t *testing.T) {
	got := dump(t, &Dump{}, []string{"\x00\xff and~", "a second piece of more than a line"}, "question")
	want := `>> T  sent 8 B
> 00000000  71 75 65 73 74 69 6f 6e                           question
<< T  received 7 B
< 00000000  00 ff 20 61 6e 64 7e                              .. and~
<< T  received 34 B
< 00000007  61 20 73 65 63 6f 6e 64  20 70 69 65 63 65 20 6f  a second piece o
< 00000017  66 20 6d 6f 72 65 20 74  68 61 6e 20 61 20 6c 69  f more than a li
< 00000027  6e 65                                             ne
<< T  end after 41 B
>> T  end after 8 B
`
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestARelaysDumpIsOfTheClientsSide(t *testing.T) {
	got := dump(t, &Dump{Relay: true, Clients: true, Colours: [2]string{"35", "36"}}, []string{"hi"}, "yo")
	want := "\x1b[36m<< T  received 2 B  192.0.2.1:80\x1b[0m\n\x1b[36m< 00000000  79 6f                                             yo\x1b[0m\n" +
		"\x1b[35m>> T  sent 2 B  192.0.2.1:80\x1b[0m\n\x1b[35m> 00000000  68 69                                             hi\x1b[0m\n" +
		"\x1b[35m>> T  end after 2 B  192.0.2.1:80\x1b[0m\n\x1b[36m<< T  end after 2 B  192.0.2.1:80\x1b[0m\n"
	if got != want {
		t.Errorf("got\n%qwant\n%q", got, want)
	}
	target := &End{Stream: &tape{}}
	if (&Dump{Relay: true}).Layer(target) != target.Stream {
		t.Error("what passes is shown a second time at the target's side")
	}
}

func TestNoLineOfADumpIsWiderThan80Columns(t *testing.T) {
	line := appendHexLine([]byte("> "), 0xfffffffff, bytes.Repeat([]byte{'w'}, bytesPerLine))
	if len(line) > 80 {
		t.Errorf("%d: %s", len(line), line)
	}
}

func TestTheTextOfADumpShowsLinesAndTheirEnds(t *testing.T) {
	got := dump(t, &Dump{Text: true}, []string{"HELO\r\n\r\nb\xc3", "\xa4d \\n\t\x1b[2J\u202e\n<< T  received 9 B at 0\nlast\xe4"})
	want := `<< T  received 10 B at 0
< HELO\r\n
< \r\n
< b
<< T  received 43 B at 10
< äd \\n\t\x1b[2J\xe2\x80\xae\n
< << T  received 9 B at 0\n
< last
< \xe4
<< T  end after 53 B
>> T  end after 0 B
`
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestClientsWithoutAnAddressAreNumberedInADump(t *testing.T) {
	d := &Dump{Clients: true}
	for _, x := range []struct{ peer, want string }{{"@", "client 1"}, {"", "client 2"}, {"/tmp/a\x1bb\xc3", `/tmp/a\x1bb\xc3`}} {
		if got := d.nameOf(&End{Peer: x.peer}); got != x.want {
			t.Errorf("%q is called %q, want %q", x.peer, got, x.want)
		}
	}
}

// A narrow takes less than it is given.
type narrow struct {
	tape
	err error
}

func (s *narrow) Write(p []byte) (int, error) { return min(3, len(p)), s.err }
func (s *narrow) CloseWrite() error           { return s.err }

func TestADumpTakesBackWhatWasNotSent(t *testing.T) {
	for _, x := range []struct {
		err  error
		want string
	}{
		{nil, "only 3 of 8 B were taken\n>> T  end after 3 B\n"},
		{errStopped, "only 3 of 8 B were taken\n>> T  end after 3 B\n>> T  the end was not taken: reading was stopped\n"},
		{net.UnknownNetworkError("x"), "only 3 of 8 B were taken: unknown network x\n>> T  end after 3 B\n>> T  the end was not taken: unknown network x\n"},
	} {
		var out buffered
		to := out.recording()
		s := (&Dump{To: to}).Layer(&End{Stream: &narrow{err: x.err}})
		if n, err := s.Write([]byte("question")); n != 3 || err != x.err {
			t.Errorf("%d, %v", n, err)
		}
		_ = s.CloseWrite()
		_ = to.Close(t.Context(), 0)
		if _, got, _ := strings.Cut(out.lines(), "question\n>> T  "); got != x.want {
			t.Errorf("%v: %q, want %q", x.err, got, x.want)
		}
	}
}

func TestAResetIsNoEndInADump(t *testing.T) {
	r := rows()[0]
	for _, text := range []bool{false, true} {
		var out buffered
		to := out.recording()
		r.layers = []Layer{func(e *End) Stream {
			if e.Accepted {
				return e.Stream
			}
			return (&Dump{To: to, Text: text}).Layer(e)
		}}
		far, peer := pair(t, r)
		_, end := r.nearEnd(t, nil)
		joined := make(chan Outcome, 1)
		go func() { joined <- r.join(context.Background(), Rules{}, end, far) }()
		_, _ = peer.Write([]byte("some"))
		out.await(t, "some")
		_ = peer.Close() // its linger is still 0
		if o := <-joined; KindOf(o.Err) != KindReset {
			t.Errorf("%+v", o)
		}
		_ = to.Close(t.Context(), 0)
		if got := out.lines(); !strings.HasSuffix(got, "<< T  reset after 4 B\n") || strings.Contains(got, "end after") {
			t.Error(got)
		}
	}
}

// A large record takes long to make; what comes meanwhile must not stand before it with a later time.
func TestRecordsOfADumpStandInTheOrderOfTheirTimes(t *testing.T) {
	var out buffered
	d := &Dump{To: out.recording()}
	var all sync.WaitGroup
	for _, size := range []int{1, dumpPiece} {
		all.Go(func() {
			s := d.Layer(&End{Stream: &tape{}, Accepted: true})
			for range 100 {
				_, _ = s.Write(make([]byte, size))
			}
		})
	}
	all.Wait()
	_ = d.To.Close(t.Context(), 0)
	before := ""
	for _, at := range timeOfDay.FindAllString(out.String(), -1) {
		if at < before && at > "00:01" { // which is another day
			t.Errorf("%s stands before %s", before, at)
		}
		before = at
	}
}

func TestLinesOfSessionsNeverMixInADump(t *testing.T) {
	var out buffered
	d := &Dump{To: out.recording(), Clients: true}
	var all sync.WaitGroup
	for range 20 {
		all.Add(1)
		go func() {
			defer all.Done()
			s := d.Layer(&End{Stream: &tape{}, Accepted: true})
			for range 20 {
				_, _ = s.Write(bytes.Repeat([]byte{'x'}, 40))
			}
		}()
	}
	all.Wait()
	_ = d.To.Close(t.Context(), 0)
	lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	if len(lines) != 4*400 {
		t.Errorf("%d lines", len(lines))
	}
	for i, line := range lines {
		if strings.HasPrefix(line, ">> ") != (i%4 == 0) {
			t.Fatalf("line %d is %q", i, line)
		}
	}
	for _, w := range out.writes {
		if !strings.HasPrefix(w, ">> ") || !strings.HasSuffix(w, "x\n") {
			t.Errorf("no whole records: %q", w)
		}
	}
}
