package netio

import (
	"bytes"
	"errors"
	"io"
	"net"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// A tape is a Stream that gives what is on it in the given pieces, and keeps what is
// written.
type tape struct {
	gives   [][]byte
	mu      sync.Mutex
	written []byte
	writes  []string
	ended   bool
}

func (s *tape) Read(p []byte) (int, error) {
	if len(s.gives) == 0 {
		return 0, io.EOF
	}
	n := copy(p, s.gives[0])
	if s.gives[0] = s.gives[0][n:]; len(s.gives[0]) == 0 {
		s.gives = s.gives[1:]
	}
	return n, nil
}

func (s *tape) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		return 0, errors.New("written behind the end")
	}
	s.written = append(s.written, p...)
	s.writes = append(s.writes, string(p))
	return len(p), nil
}

func (s *tape) CloseWrite() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = true
	return nil
}

func (s *tape) Close() error { return nil }

// cutUp cuts b at the places that cuts tells: each byte is the length of a piece, 0 of
// none.
func cutUp(b, cuts []byte) [][]byte {
	var pieces [][]byte
	for _, c := range cuts {
		if n := min(int(c), len(b)); n > 0 {
			pieces, b = append(pieces, b[:n:n]), b[n:]
		}
	}
	if len(b) > 0 {
		pieces = append(pieces, b)
	}
	return pieces
}

func throughCRLF(t *testing.T, pieces [][]byte) string {
	t.Helper()
	var out tape
	s := CRLF(&out)
	for _, p := range pieces {
		before := bytes.Clone(p)
		if n, err := s.Write(p); n != len(p) || err != nil {
			t.Fatalf("%d of %d bytes, %v", n, len(p), err)
		}
		if !bytes.Equal(before, p) {
			t.Fatal("a Write has changed what it was given")
		}
	}
	return string(out.written)
}

func TestALineFeedIsSentAsCRLFAndACarriageReturnIsNeverDoubled(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "a": "a", "\n": "\r\n", "\r\n": "\r\n", "\n\n": "\r\n\r\n", "\r\r\n": "\r\r\n", "\r": "\r",
		"a\nb\r\nc\rd\n": "a\r\nb\r\nc\rd\r\n", "\r\n\n": "\r\n\r\n", "\n\r": "\r\n\r",
	} {
		for at := range len(in) + 1 { // every cut into two writes, also between CR and LF
			got := throughCRLF(t, [][]byte{[]byte(in[:at]), []byte(in[at:])})
			if got != want {
				t.Errorf("%q cut at %d became %q, want %q", in, at, got, want)
			}
		}
	}
	long := strings.Repeat("a line\n", 3*maxEncoded/7)
	if got := throughCRLF(t, [][]byte{[]byte(long)}); got != strings.ReplaceAll(long, "\n", "\r\n") {
		t.Error("a long text came out otherwise")
	}
}

func FuzzCRLF(f *testing.F) {
	f.Add([]byte("a\nb\r\nc\r\n\r"), []byte{2, 2, 1})
	f.Add([]byte("\r\n"), []byte{1})
	f.Fuzz(func(t *testing.T, b, cuts []byte) {
		got, whole := throughCRLF(t, cutUp(b, cuts)), throughCRLF(t, [][]byte{b})
		want := strings.ReplaceAll(strings.ReplaceAll(string(b), "\r\n", "\n"), "\n", "\r\n")
		if got != whole || got != want {
			t.Errorf("%q cut up is %q, whole %q, want %q", b, got, whole, want)
		}
	})
}

// throughTelnet returns the data of what a peer sends, and the answer.
func throughTelnet(t *testing.T, pieces [][]byte, room int) (data, answer string) {
	t.Helper()
	far := &tape{gives: pieces}
	s := Telnet(far)
	p := make([]byte, room)
	var all []byte
	for {
		n, err := s.Read(p)
		all = append(all, p[:n]...)
		if err != nil {
			if !errors.Is(err, io.EOF) {
				t.Fatal(err)
			}
			return string(all), string(far.written)
		}
		if n == 0 {
			t.Fatal("a Read gave nothing")
		}
	}
}

func TestTelnetIsTakenOutOfTheDataAndEveryOptionIsRefused(t *testing.T) {
	for _, x := range []struct{ in, data, answer string }{
		{"", "", ""},
		{"plain", "plain", ""},
		{"a\xff\xfd\x01b", "ab", "\xff\xfc\x01"},
		{"\xff\xfb\x03\xff\xfd\x18", "", "\xff\xfe\x03\xff\xfc\x18"},
		{"\xff\xfc\x01\xff\xfe\x02x", "x", ""}, // WONT and DONT are never answered
		{"a\xff\xffb", "a\xffb", ""},
		{"\xff\xff\xff\xff", "\xff\xff", ""},
		{"a\xff\xf1\xff\xf9b", "ab", ""},                   // NOP, GA
		{"a\xff\xfa\x18\x01x\xff\xffy\xff\xf0b", "ab", ""}, // a subnegotiation
		{"a\xff\xfa\x18\x01\xff\xfd\x01b", "ab", "\xff\xfc\x01"},
		{"a\xff\xfa\x18" + strings.Repeat("A", 100000), "a", ""},               // without an end
		{"a\xff", "a", ""}, {"a\xff\xfd", "a", ""}, {"a\xff\xfa\xff", "a", ""}, // the end inside a command
		{"\xff\xfd\xff!", "!", "\xff\xfc\xff"},
		{"\xff\xf0a", "a", ""}, // SE that nothing began
	} {
		data, answer := throughTelnet(t, cutUp([]byte(x.in), nil), 4096)
		if data != x.data || answer != x.answer {
			t.Errorf("%q: data %q and answer %q, want %q and %q", x.in, data, answer, x.data, x.answer)
		}
		for at := 0; at < min(len(x.in), 20); at++ {
			data, answer = throughTelnet(t, cutUp([]byte(x.in), []byte{byte(at)}), 7)
			if data != x.data || answer != x.answer {
				t.Errorf("%q cut at %d: data %q and answer %q, want %q and %q", x.in, at, data, answer, x.data, x.answer)
			}
		}
	}
}

func FuzzTelnet(f *testing.F) {
	f.Add([]byte("login\xff\xfd\x01: \xff\xfa\x18\x01\xff\xf0\xff\xff"), []byte{6, 1, 1, 1}, byte(3))
	f.Add([]byte("\xff\xfb\xff\xff\xfa\xff\xfb\x00"), []byte{1, 1, 1}, byte(1))
	f.Fuzz(func(t *testing.T, b, cuts []byte, room byte) {
		whole, answers := throughTelnet(t, cutUp(bytes.Clone(b), nil), len(b)+1)
		data, answer := throughTelnet(t, cutUp(bytes.Clone(b), cuts), int(room)+1)
		if data != whole {
			t.Errorf("%q: data %q in pieces, %q as a whole", b, data, whole)
		}
		if refused(answers) != refused(answer) {
			t.Errorf("%q: answers %q in pieces, %q as a whole", b, answer, answers)
		}
		for ; len(answer) > 0; answer = answer[3:] {
			if len(answer) < 3 || answer[0] != telnetIAC || answer[1] != telnetWONT && answer[1] != telnetDONT {
				t.Fatalf("%q: an answer of %q", b, answer)
			}
		}
		var sent tape
		if n, err := Telnet(&sent).Write(b); n != len(b) || err != nil {
			t.Fatal(n, err)
		}
		if back, _ := throughTelnet(t, cutUp(sent.written, cuts), int(room)+1); back != string(b) {
			t.Errorf("%q came back as %q", b, back)
		}
	})
}

// refused is which options an answer refuses, each once, in order: one that is asked for
// again before the answer is sent gets no second one.
func refused(answer string) string {
	var each []string
	for ; len(answer) >= 3; answer = answer[3:] {
		each = append(each, answer[:3])
	}
	slices.Sort(each)
	return strings.Join(slices.Compact(each), "")
}

// A peer that asks and asks and does not read must not keep us from reading, and its
// questions must not pile up.
func TestTelnetReadsOnWhenItsRepliesAreNotRead(t *testing.T) {
	ours, peer := net.Pipe() // a Write waits until it is read
	defer ours.Close()
	s := Telnet(pipeStream{ours})
	questions := bytes.Repeat([]byte("\xff\xfd\x01\xff\xfb\x03"), 50000)
	go func() { _, _ = peer.Write(append(questions, '!')) }()
	got := make([]byte, 1)
	if _, err := io.ReadFull(s, got); err != nil || got[0] != '!' {
		t.Fatalf("%q, %v", got, err)
	}
	tn := s.(*telnet)
	tn.mu.Lock()
	if len(tn.replies) > 6 {
		t.Errorf("%d bytes of replies wait", len(tn.replies))
	}
	tn.mu.Unlock()
	if err := s.CloseWrite(); err != nil { // does not wait for them either
		t.Fatal(err)
	}
}

type pipeStream struct{ net.Conn }

func (p pipeStream) CloseWrite() error { return p.Close() }

// slow is a tape whose Write stops half-way until it is let go.
type slow struct {
	tape
	half, goOn chan struct{}
}

func (s *slow) Write(p []byte) (int, error) {
	if len(p) > 3 { // data
		_, _ = s.tape.Write(p[:len(p)/2])
		close(s.half)
		<-s.goOn
		_, _ = s.tape.Write(p[len(p)/2:])
		return len(p), nil
	}
	return s.tape.Write(p)
}

func TestATelnetReplyDoesNotGoIntoTheMiddleOfData(t *testing.T) {
	far := &slow{tape: tape{gives: [][]byte{[]byte("\xff\xfd\x01x")}}, half: make(chan struct{}), goOn: make(chan struct{})}
	s := Telnet(far)
	wrote := make(chan error, 1)
	go func() {
		_, err := s.Write([]byte("a long line of data"))
		wrote <- err
	}()
	<-far.half
	p := make([]byte, 10)
	if n, err := s.Read(p); n != 1 || err != nil { // while the write waits
		t.Fatal(n, err)
	}
	close(far.goOn)
	if err := <-wrote; err != nil {
		t.Fatal(err)
	}
	if n, err := s.Read(p); n != 0 || err != io.EOF { // when all is answered
		t.Fatal(n, err)
	}
	if got := string(far.written); got != "a long line of data\xff\xfc\x01" {
		t.Errorf("%q", got)
	}
}

func TestOurEndComesBehindTheTelnetReplies(t *testing.T) {
	far := &slow{tape: tape{gives: [][]byte{[]byte("\xff\xfd\x01x")}}, half: make(chan struct{}), goOn: make(chan struct{})}
	s := Telnet(far).(*telnet)
	s.writing.Lock() // a reply has to wait
	if n, err := s.Read(make([]byte, 10)); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	if err := s.CloseWrite(); err != nil || far.ended {
		t.Fatal("ended before the reply: ", err)
	}
	s.writing.Unlock()
	s.awaitReplies()
	far.mu.Lock()
	defer far.mu.Unlock()
	if got := string(far.written); got != "\xff\xfc\x01" || !far.ended {
		t.Errorf("%q, ended: %v", got, far.ended)
	}
}

func TestLinesArePacedFromOneLinesEndToTheNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := &tape{}
		s := Paced(30 * time.Second)(out)
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
	for name, callOff := range map[string]func(Stream){
		"by Close":       func(s Stream) { _ = s.Close() },
		"by the session": func(s Stream) { (&End{Stream: s}).stopWriting() },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				out := &tape{}
				s := Paced(time.Hour)(out)
				wrote := make(chan error)
				go func() {
					_, err := s.Write([]byte("one\ntwo\n"))
					wrote <- err
				}()
				synctest.Wait()
				begin := time.Now()
				callOff(s)
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
	far.Stream = Paced(30 * time.Millisecond)(far.Stream)
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
	far.Stream = Paced(time.Hour)(far.Stream)
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

// CRLF sends more than it is given: a message must not count below nothing.
func TestAResetCountsNoNegativeBytes(t *testing.T) {
	far, peer := pair(t, rows()[0])
	far.Stream = CRLF(far.Stream)
	if _, err := far.Write([]byte("\n\n\n\n")); err != nil {
		t.Fatal(err)
	}
	n := &near{in: strings.NewReader(strings.Repeat("\n", 1<<20)), stopped: make(chan struct{})}
	go func() {
		_, _ = io.ReadFull(peer, make([]byte, 8))
		_ = peer.Close()
	}()
	o := Pump{}.Join(t.Context(), &End{Stream: n, Name: "near", Size: 1 << 20}, far)
	if KindOf(o.Err) != KindReset || strings.Contains(o.Err.Error(), "-") {
		t.Errorf("%v", o.Err)
	}
}
