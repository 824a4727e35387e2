package netio

import (
	"encoding/binary"
	"errors"
	"sync"
)

// maxWaiting is the most bytes of datagrams that wait in a mailbox, about what a
// kernel keeps for a socket. One that is alone may be larger.
const maxWaiting = 256 << 10

// A mailbox has the datagrams of a peer that its session has not read yet, each
// after its length, in one buffer: so none costs an allocation.
type mailbox struct {
	mu      sync.Mutex
	buf     []byte
	head    int // where the first one that waits begins
	taken   int // datagrams that were read
	dropped int // for which there was no room
	stopped bool
	err     error         // a Read's, once nothing waits
	came    chan struct{} // a Read that waits may have something; of 1
	room    chan struct{} // a put that waits may have room; of 1
}

const lengthSize = 4

var errNoRoom = errors.New("the mailbox is full")

func newMailbox() *mailbox {
	return &mailbox{came: make(chan struct{}, 1), room: make(chan struct{}, 1)}
}

// put adds a datagram. Where there is no room it returns errNoRoom, and errStopped
// where nobody would read it.
func (m *mailbox) put(p []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch waiting := len(m.buf) - m.head; {
	case m.stopped:
		return errStopped
	case waiting > 0 && waiting+lengthSize+len(p) > maxWaiting:
		return errNoRoom
	}
	if m.head > 0 && len(m.buf)+lengthSize+len(p) > cap(m.buf) {
		m.buf = m.buf[:copy(m.buf, m.buf[m.head:])]
		m.head = 0
	}
	m.buf = binary.NativeEndian.AppendUint32(m.buf, uint32(len(p)))
	m.buf = append(m.buf, p...)
	wake(m.came)
	return nil
}

// drop counts a datagram that was not put. It reports whether that was the first.
func (m *mailbox) drop() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.dropped++
	return m.dropped == 1
}

// lost returns how many were dropped.
func (m *mailbox) lost() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.dropped
}

// read gives one datagram, and waits for it.
func (m *mailbox) read(p []byte) (int, error) {
	for {
		if n, done, err := m.take(p); done {
			return n, err
		}
		<-m.came
	}
}

// take is read without waiting; done is false where that would wait.
func (m *mailbox) take(p []byte) (n int, done bool, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case m.stopped:
		return 0, true, errStopped
	case m.head == len(m.buf):
		return 0, m.err != nil, m.err
	}
	size := int(binary.NativeEndian.Uint32(m.buf[m.head:]))
	whole := m.buf[m.head+lengthSize:][:size]
	if n = copy(p, whole); n < size {
		err = truncated(n)
	}
	m.taken++
	if m.head += lengthSize + size; m.head == len(m.buf) {
		m.empty()
	}
	wake(m.room)
	return n, true, err
}

// empty keeps a buffer of the size that most peers need.
func (m *mailbox) empty() {
	if m.head, m.buf = 0, m.buf[:0]; cap(m.buf) > udpBuffer {
		m.buf = nil
	}
}

// stop ends the reads that wait and those to come. It returns what waits, for who
// may read it instead, if anything was read before.
func (m *mailbox) stop() (rest []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.stopped && m.taken > 0 {
		rest = m.buf[m.head:]
		m.buf, m.head = nil, 0
	}
	m.stopped = true
	wake(m.came)
	wake(m.room)
	return rest
}

// fail has the reads fail once nothing waits.
func (m *mailbox) fail(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.err = err
	wake(m.came)
}

// isEmpty reports whether a read would wait.
func (m *mailbox) isEmpty() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.head == len(m.buf) && m.err == nil
}

func wake(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default: // it is awake
	}
}
