//go:build unix

package netio

import (
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

const (
	askNetwork = "unixgram" // of removeStale
	canSetMode = true
)

// withMode has bind make the socket file with its final mode: chmod afterwards
// would leave a moment in which others can connect. The umask is the process's,
// so this is done before any other goroutine makes files.
func withMode(mode fs.FileMode, bind func() error) error {
	defer syscall.Umask(syscall.Umask(int(^mode & fs.ModePerm)))
	return bind()
}

// How often and how long to wait for a lock: whoever holds it asks a socket for
// at most a second.
const (
	lockTries = 300
	lockPause = 10 * time.Millisecond
)

// lockDirectory keeps other fids from looking for a stale socket, removing it
// and binding at the same time as this one: each would remove the other's new
// socket. A directory that cannot be locked is not guarded.
func lockDirectory(path string) (unlock func()) {
	d, err := os.Open(filepath.Dir(path))
	if err != nil {
		return func() {}
	}
	for range lockTries {
		if syscall.Flock(int(d.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) != syscall.EWOULDBLOCK {
			break
		}
		time.Sleep(lockPause)
	}
	return func() { _ = d.Close() }
}
