package netio

import "os"

// InheritedFile returns standard output or error, or nil: Windows processes inherit handles, not
// numbers, but for the standard three.
func InheritedFile(n int) *os.File {
	switch n {
	case 1:
		return os.Stdout
	case 2:
		return os.Stderr
	}
	return nil
}
