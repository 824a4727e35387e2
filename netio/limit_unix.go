//go:build unix

package netio

import "golang.org/x/sys/unix"

// DescriptorLimit returns how many descriptors this process may have open.
func DescriptorLimit() int {
	var l unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &l); err != nil {
		return defaultDescriptors
	}
	return int(min(uint64(l.Cur), 1<<30))
}

const defaultDescriptors = 1024
