package netio

import (
	"math"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

const (
	ioctlReadable   = unix.TIOCINQ // tty_ioctl(4), pipe(7): also called FIONREAD
	ioctlGetTermios = unix.TCGETS
)

// forkWatched has a start give a descriptor of the process (CLONE_PIDFD of clone(2)),
// which Go's poller waits for: no thread does. What only acts as a Linux kernel may refuse
// that (qemu-user does, with EINVAL).
func forkWatched(path string, words []string, attr *syscall.ProcAttr) (pid int, watch *os.File, err error) {
	fd := -1
	attr.Sys.PidFD = &fd
	pid, err = syscall.ForkExec(path, words, attr)
	if err == unix.EINVAL {
		attr.Sys.PidFD = nil
		pid, err = syscall.ForkExec(path, words, attr)
	}
	if err == nil && fd >= 0 {
		_ = unix.SetNonblock(fd, true)
		watch = os.NewFile(uintptr(fd), "process")
	}
	return pid, watch, err
}

// awaitExit waits until the process has exited, and does not reap it.
func (p *process) awaitExit() {
	if p.watch != nil {
		if raw, err := p.watch.SyscallConn(); err == nil {
			_ = raw.Read(func(uintptr) bool {
				info := unix.Siginfo{}
				err := unix.Waitid(unix.P_PID, p.pid, &info, unix.WEXITED|unix.WNOWAIT|unix.WNOHANG, nil)
				return err != nil || info.Signo != 0
			})
		}
		_ = p.watch.Close()
	}
	for unix.Waitid(unix.P_PID, p.pid, nil, unix.WEXITED|unix.WNOWAIT, nil) == unix.EINTR {
	}
}

// sealDescriptors sees to it that no child of ours has a descriptor that our own
// parent has left open: those of Go are close-on-exec, inherited ones may not be.
func sealDescriptors() {
	if unix.CloseRange(3, math.MaxUint32, unix.CLOSE_RANGE_CLOEXEC) != nil { // before Linux 5.11
		sealEach()
	}
}
