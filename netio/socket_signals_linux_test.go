package netio

import (
	"os"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

// Go's runtime interrupts its own threads with SIGURG to preempt goroutines, more often the
// busier the machine is. poll(2) tells of that even where it was not to wait.
func TestAnIdleSocketIsNotTakenForReadableWhenASignalComes(t *testing.T) {
	ends, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _, _ = unix.Close(ends[0]), unix.Close(ends[1]) }()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	thread, done, stopped := unix.Gettid(), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case <-done:
				return
			default:
				_ = unix.Tgkill(os.Getpid(), thread, unix.SIGURG)
			}
		}
	}()
	taken := 0
	for range 20_000 {
		if readable(uintptr(ends[0])) {
			taken++
		}
	}
	close(done)
	<-stopped
	if taken > 0 {
		t.Errorf("%d of 20000 times an idle socket was taken for one to read from", taken)
	}
}
