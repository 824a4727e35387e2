//go:build unix

package netio

import (
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// InheritedFile returns the file that the parent has opened for writing as
// descriptor n, or nil. The runtime's own descriptors are close-on-exec, so an inherited one is
// not; it is made so here, for no child of ours is meant to have it.
func InheritedFile(n int) *os.File {
	flags, err := unix.FcntlInt(uintptr(n), unix.F_GETFD, 0)
	if err != nil || flags&unix.FD_CLOEXEC != 0 {
		return nil
	}
	mode, err := unix.FcntlInt(uintptr(n), unix.F_GETFL, 0)
	if err != nil || mode&unix.O_ACCMODE == unix.O_RDONLY {
		return nil
	}
	unix.CloseOnExec(n)
	return os.NewFile(uintptr(n), "fd "+strconv.Itoa(n))
}
