//go:build unix

package netio

import (
	"runtime"
	"testing"
)

func TestASessionThatIsOverBeforeItBeganMakesNoTerminalRaw(t *testing.T) {
	s := newRawStdio(&stdio{output: InputNone}, &RawTerminal{Escape: 0x1d, Began: func() { t.Error("it is raw") }})
	s.StopReading()
	if _, err := s.Read(make([]byte, 1)); !isStopped(err) {
		t.Errorf("a Read gives %v", err)
	}
	if n, err := s.Write([]byte("what had come")); n != 13 || err != nil {
		t.Errorf("a Write gives %d and %v", n, err)
	}
}

func TestWhatARawTerminalGaveIsOnItsWayUntilTheNextRead(t *testing.T) {
	s := newRawStdio(&stdio{output: InputNone}, &RawTerminal{Escape: 0x1d})
	s.once.Do(func() {}) // nobody types
	s.typed, s.left = []byte("x"), true
	if n, err := s.Read(make([]byte, 9)); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	if s.isIdle() {
		t.Error("it is idle while what it gave may not be written")
	}
	ended := make(chan error)
	go func() { _, err := s.Read(make([]byte, 9)); ended <- err }()
	for !s.isIdle() {
		runtime.Gosched()
	}
	s.StopReading()
	if err := <-ended; !isStopped(err) {
		t.Error(err)
	}
}
