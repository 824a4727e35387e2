package netio

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// A dump of datagrams has one record for each, an empty one too, and no end that was
// never sent.
func TestADumpKeepsDatagramsApart(t *testing.T) {
	var out buffered
	r := row{name: "udp", listen: func(testing.TB) string { return "udp:127.0.0.1:0" }}
	to := out.recording()
	r.layers = []Layer{(&Dump{To: to, Relay: true}).Layer}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	addr, _ := ParseAddress(r.listen(t), ToListen)
	l, err := addr.Listen(ctx, Options{Layers: r.layers})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c, err := net.Dial("udp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	looped := make(chan Outcome, 1)
	go func() {
		end, err := l.Accept()
		if err != nil {
			return
		}
		looped <- Pump{Rules: Rules{Datagrams: 3}}.Loop(ctx, end)
	}()
	for _, p := range []string{"one", "", "three"} {
		_, _ = c.Write([]byte(p))
		if n, err := c.Read(make([]byte, 10)); n != len(p) || err != nil {
			t.Fatal(n, err)
		}
	}
	cancel()
	<-looped
	_ = to.Close(t.Context(), 0)
	got := strings.Split(regexp.MustCompile(`(?m)^. 0.*\n`).ReplaceAllString(out.lines(), ""), "\n")
	want := []string{">> T  sent 3 B", "<< T  received 3 B", ">> T  sent 0 B", "<< T  received 0 B", ">> T  sent 5 B", "<< T  received 5 B", ""}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// A full is a disk without room.
type full struct{ io.Writer }

func (full) Write([]byte) (int, error) { return 0, errors.New("full") }

func TestAFailedDumpHarmsNoSessionAndIsToldOnce(t *testing.T) {
	var told []error
	to := RecordTo("the dump", full{}, func(err error) { told = append(told, err) })
	said := &tape{gives: [][]byte{[]byte("answer")}}
	s := (&Dump{To: to}).Layer(&End{Stream: said})
	_, err := s.Write([]byte("question"))
	answer, rerr := io.ReadAll(s)
	if err != nil || rerr != nil || string(said.written) != "question" || string(answer) != "answer" {
		t.Errorf("%v, %v, %q, %q", err, rerr, said.written, answer)
	}
	if err := to.Close(t.Context(), 0); KindOf(err) != KindLocal || len(told) != 1 || told[0] != err {
		t.Errorf("%v, told %v", err, told)
	}
}

// Nobody reads the dump, as less has it: a session that is called off does not wait for it.
func TestADumpThatIsStuckDoesNotKeepASession(t *testing.T) {
	r := rows()[0]
	stuck, unread := io.Pipe()
	defer stuck.Close()
	to := RecordTo("the dump", unread, func(error) {})
	r.layers = []Layer{(&Dump{To: to}).Layer}
	far, peer := pair(t, r)
	_, end := r.nearEnd(t, bytes.NewReader(noise(maxUnwritten)))
	ctx, cancel := context.WithCancelCause(context.Background())
	cause := errors.New("called off")
	joined := make(chan Outcome, 1)
	go func() { joined <- r.join(ctx, Rules{}, end, far) }()
	go func() { _, _ = io.Copy(io.Discard, peer) }()
	for isFull := false; !isFull; {
		to.mu.Lock()
		isFull = len(to.waiting) > maxUnwritten
		to.mu.Unlock()
		runtime.Gosched()
	}
	cancel(cause)
	if o := <-joined; o.Err != cause {
		t.Errorf("%+v", o)
	}
	if err := to.Close(ctx, 0); KindOf(err) != KindLocal {
		t.Error(err)
	}
	_ = peer.Close()
}

// How fid itself ends a session is shown as well: a dump that just stops tells nothing.
func TestADumpTellsOfOurOwnReset(t *testing.T) {
	for name, rules := range map[string]Rules{
		"a clock":   {Idle: 50 * time.Millisecond, IdleFlag: "--idle-timeout"},
		"the run's": {},
	} {
		t.Run(name, func(t *testing.T) {
			var out buffered
			to := out.recording()
			r := rows()[0]
			r.layers = []Layer{(&Dump{To: to}).Layer}
			far, peer := pair(t, r)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			n := &near{stopped: make(chan struct{}), done: make(chan struct{})}
			ended := make(chan Outcome, 1)
			go func() { ended <- Pump{Rules: rules}.Join(ctx, &End{Stream: n, Name: "near"}, far) }()
			if _, err := peer.Write([]byte("abc")); err != nil {
				t.Fatal(err)
			}
			if rules.Idle == 0 {
				out.await(t, "received 3 B")
				cancel()
			}
			<-ended
			_ = to.Close(t.Context(), 0)
			if got := out.lines(); !strings.Contains(got, ">> T  reset after 0 B\n") {
				t.Error(got)
			}
		})
	}
}
