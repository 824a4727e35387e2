package netio

import (
	"runtime"
	"sync"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// The event loops: epoll(7), edge-triggered, one loop a thread. A loop's sockets
// are no others' and are touched by its own goroutine only.

// A loop waits for its sockets and lets their sessions do what can be done
// without waiting.
type loop struct {
	epoll, wakeup int
	ports         []*port // by descriptor
	ready         []*loopSession
	timers        timers
	buf           []byte   // what the next read fills
	free          [][]byte // spare ones
	serial        int32    // tells a port from an earlier one of the same descriptor
	cause         error    // why all sessions end
	closed        bool
	busy          bool // the last wait was for a moment
	held          int  // buffers that sessions keep

	clients atomic.Int64 // accepted for it, and not closed; known to other loops

	mu      sync.Mutex
	tasks   []func()
	waiting atomic.Bool // a task has to wake the loop
}

const (
	loopBuffer  = 512 << 10 // bytes of one read: fewer system calls, and fewer wake-ups of the peers
	crowdBuffer = 64 << 10  // the same when many sessions keep a buffer
	manyHeld    = 32        // what many are
	maxFree     = 16        // spare buffers that a loop keeps
	maxReady    = 256       // events of one wait
	rounds      = 2         // turns of the sessions that are ready, for what a first one leaves
	busyWait    = 10        // ms in which a busy loop's next event comes; sysmon interrupts a longer wait
)

func newLoop() (*loop, error) {
	epoll, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, err
	}
	wakeup, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		_ = unix.Close(epoll)
		return nil, err
	}
	l := &loop{epoll: epoll, wakeup: wakeup, buf: make([]byte, loopBuffer)}
	// Edge-triggered, so that each write is an event and none needs a read.
	event := unix.EpollEvent{Events: unix.EPOLLIN | unix.EPOLLET, Fd: int32(wakeup)}
	if err := unix.EpollCtl(epoll, unix.EPOLL_CTL_ADD, wakeup, &event); err != nil {
		_ = unix.Close(epoll)
		_ = unix.Close(wakeup)
		return nil, err
	}
	return l, nil
}

// run keeps its thread: Go's scheduler interrupts a goroutine every 10 ms (sysmon), and another
// thread, on another processor, would go on with it.
func (l *loop) run() {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	events := make([]unix.EpollEvent, maxReady)
	var ready []*loopSession
	for !l.closed {
		for i := range l.wait(events) {
			l.notice(&events[i])
		}
		l.runTasks()
		l.timers.fire()
		for range rounds {
			ready, l.ready = l.ready, ready[:0]
			for i, s := range ready {
				ready[i] = nil
				s.queued = false
				s.progress()
			}
		}
	}
	l.interrupt(errStopped)
	_ = unix.Close(l.epoll)
	_ = unix.Close(l.wakeup)
}

// wait returns how many events there are; it waits for one unless there is
// something to do. While events come one after the other the wait is none that
// Go's scheduler knows of: told of each, it would wake its own watchman
// (sysmon), which costs a tenth of a core then.
func (l *loop) wait(events []unix.EpollEvent) int {
	l.waiting.Store(true) // before the tasks are looked at: post looks in the other order
	defer l.waiting.Store(false)
	timeout := l.timers.wait()
	if len(l.ready) > 0 || l.hasTasks() {
		timeout = 0
	}
	if l.busy || timeout == 0 {
		moment := busyWait
		if timeout == 0 {
			moment = 0
		}
		n, _ := rawWait(l.epoll, events, moment) // EINTR only
		l.busy = n > 0
		if n != 0 || timeout == 0 {
			return max(n, 0)
		}
	}
	n, _ := unix.EpollWait(l.epoll, events, timeout) // EINTR only
	l.busy = true
	return max(n, 0)
}

func (l *loop) hasTasks() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.tasks) > 0
}

// notice remembers what an event says of its port.
func (l *loop) notice(e *unix.EpollEvent) {
	if int(e.Fd) >= len(l.ports) {
		return
	}
	if p := l.ports[e.Fd]; p != nil && p.serial == e.Pad {
		p.notice(e.Events)
	}
}

// post has f run by the loop's own goroutine. It does not wait.
func (l *loop) post(f func()) {
	l.mu.Lock()
	l.tasks = append(l.tasks, f)
	l.mu.Unlock()
	if l.waiting.CompareAndSwap(true, false) {
		_, _ = unix.Write(l.wakeup, []byte{1, 0, 0, 0, 0, 0, 0, 0})
	}
}

func (l *loop) runTasks() {
	l.mu.Lock()
	tasks := l.tasks
	l.tasks = nil
	l.mu.Unlock()
	for _, f := range tasks {
		f()
	}
}

// add begins to watch the port's socket for all that can happen to it.
func (l *loop) add(p *port) error {
	return l.watch(p, unix.EPOLLIN|unix.EPOLLPRI|unix.EPOLLOUT|unix.EPOLLRDHUP|unix.EPOLLET)
}

// listen watches a listening socket that other loops watch, too: one of them is
// woken for a client, not all, and as long as there is one.
func (l *loop) listen(p *port) error {
	return l.watch(p, unix.EPOLLIN|unix.EPOLLEXCLUSIVE)
}

func (l *loop) watch(p *port, events uint32) error {
	l.serial++
	p.serial = l.serial
	event := unix.EpollEvent{Events: events, Fd: int32(p.fd), Pad: p.serial}
	for p.fd >= len(l.ports) {
		l.ports = append(l.ports, make([]*port, max(64, len(l.ports)))...)
	}
	l.ports[p.fd] = p
	return unix.EpollCtl(l.epoll, unix.EPOLL_CTL_ADD, p.fd, &event)
}

// unwatch ends a watch; the port stays known, for interrupt, until remove.
func (l *loop) unwatch(p *port) {
	_ = unix.EpollCtl(l.epoll, unix.EPOLL_CTL_DEL, p.fd, nil)
}

// remove forgets the port. Closing its socket ends what epoll knows of it.
func (l *loop) remove(p *port) {
	if p.fd < len(l.ports) && l.ports[p.fd] == p {
		l.ports[p.fd] = nil
	}
}

// interrupt ends all sessions, and those to come.
func (l *loop) interrupt(cause error) {
	l.cause = cause
	for _, p := range l.ports {
		if p != nil {
			p.interrupt(cause)
		}
	}
}

// keep hands the buffer that the loop has just read into to a session.
func (l *loop) keep() []byte {
	kept := l.buf
	l.held++
	switch n := len(l.free); {
	case n > 0:
		l.buf, l.free = l.free[n-1], l.free[:n-1]
	case l.held < manyHeld:
		l.buf = make([]byte, loopBuffer)
	default:
		l.buf = make([]byte, crowdBuffer)
	}
	return kept
}

// release takes a buffer back; nil is none.
func (l *loop) release(b []byte) {
	if b == nil {
		return
	}
	l.held--
	if len(l.free) < maxFree {
		l.free = append(l.free, b)
	}
}
