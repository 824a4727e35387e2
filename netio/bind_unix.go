//go:build unix

package netio

import (
	"io/fs"
	"net"
	"syscall"
)

// bindUnix makes the socket file with its final mode: chmod afterwards would
// leave a moment in which others can connect. The umask is the process's, so
// this is done before any other goroutine makes files.
func bindUnix(path string, mode fs.FileMode) (*net.UnixListener, error) {
	defer syscall.Umask(syscall.Umask(int(^mode & fs.ModePerm)))
	return net.ListenUnix("unix", &net.UnixAddr{Net: "unix", Name: path})
}
