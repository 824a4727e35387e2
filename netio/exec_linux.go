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

// watchExit has a start give a descriptor of the process (CLONE_PIDFD of clone(2)),
// which Go's poller waits for: no thread does.
func watchExit(sys *syscall.SysProcAttr) func() *os.File {
	fd := -1
	sys.PidFD = &fd
	return func() *os.File {
		if fd < 0 {
			return nil
		}
		_ = unix.SetNonblock(fd, true)
		return os.NewFile(uintptr(fd), "process")
	}
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
