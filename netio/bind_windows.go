package netio

import (
	"io/fs"
	"net"
)

// bindUnix: the directory's access rights are the socket's on Windows.
func bindUnix(path string, _ fs.FileMode) (*net.UnixListener, error) {
	return net.ListenUnix("unix", &net.UnixAddr{Net: "unix", Name: path})
}
