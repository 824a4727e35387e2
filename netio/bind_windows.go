package netio

import (
	"context"
	"io/fs"
	"net"
)

const askNetwork = "unix" // of removeStale; there are no datagrams here

// bindUnix: the directory's access rights are the socket's on Windows.
func bindUnix(ctx context.Context, o Options, path string, _ fs.FileMode) (*net.UnixListener, error) {
	return o.listenUnix(ctx, path)
}

// lockDirectory: nothing is there to lock a directory with on Windows.
func lockDirectory(string) (unlock func()) { return func() {} }
