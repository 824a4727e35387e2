//go:build unix

package netio

import (
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// mostSealed bounds the descriptors that are tried where none are listed.
const mostSealed = 1 << 16

// sealEach makes the descriptors close-on-exec one by one: those in /dev/fd, or
// all that there can be.
func sealEach() {
	open, err := os.ReadDir("/dev/fd")
	if err == nil && len(open) > 3 { // without fdescfs(5) it has 0, 1 and 2
		for _, entry := range open {
			if fd, err := strconv.Atoi(entry.Name()); err == nil && fd > 2 {
				unix.CloseOnExec(fd)
			}
		}
		return
	}
	for fd := 3; fd < min(DescriptorLimit(), mostSealed); fd++ {
		unix.CloseOnExec(fd)
	}
}
