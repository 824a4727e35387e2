//go:build unix && !linux

package netio

import (
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

const (
	ioctlReadable   = 0x4004667f // FIONREAD, _IOR('f', 127, int) in sys/filio.h
	ioctlGetTermios = unix.TIOCGETA
)

func forkWatched(path string, words []string, attr *syscall.ProcAttr) (pid int, watch *os.File, err error) {
	pid, err = syscall.ForkExec(path, words, attr)
	return pid, nil, err
}

// awaitExit waits until the process has exited, and does not reap it (kqueue(2),
// EVFILT_PROC). An error means that it has already.
func (p *process) awaitExit() {
	queue, err := unix.Kqueue()
	if err != nil {
		return
	}
	unix.CloseOnExec(queue)
	defer unix.Close(queue)
	var exit unix.Kevent_t
	unix.SetKevent(&exit, p.pid, unix.EVFILT_PROC, unix.EV_ADD|unix.EV_ONESHOT)
	exit.Fflags = unix.NOTE_EXIT
	changes := []unix.Kevent_t{exit}
	for {
		_, err := unix.Kevent(queue, changes, make([]unix.Kevent_t, 1), nil)
		if err != unix.EINTR {
			return
		}
		changes = nil // they were taken
	}
}

// sealDescriptors sees to it that no child of ours has a descriptor that our own
// parent has left open.
func sealDescriptors() { sealEach() }
