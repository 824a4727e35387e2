package netio

import "io/fs"

const (
	askNetwork = "unix" // of removeStale; there are no datagrams here
	canSetMode = false
)

// withMode: the directory's access rights are the socket's on Windows.
func withMode(_ fs.FileMode, bind func() error) error { return bind() }

// lockDirectory: nothing is there to lock a directory with on Windows.
func lockDirectory(string) (unlock func()) { return func() {} }
