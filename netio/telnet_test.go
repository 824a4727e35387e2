package netio

import (
	"bytes"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
)

// throughTelnet returns the data of what a peer sends, and the answer.
func throughTelnet(t *testing.T, pieces [][]byte, room int) (data, answer string) {
	t.Helper()
	far := &tape{gives: pieces}
	s := Telnet(&End{Stream: far})
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
		if n, err := Telnet(&End{Stream: &sent}).Write(b); n != len(b) || err != nil {
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
	s := Telnet(&End{Stream: pipeStream{ours}})
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
	s := Telnet(&End{Stream: far})
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
	s := Telnet(&End{Stream: far}).(*telnet)
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
