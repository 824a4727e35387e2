//go:build freebsd || openbsd || netbsd

package netio

const (
	canBindToDevice = false

	bufferUnit           = 1
	recvLimit, sendLimit = "", ""
)

func bindToDevice(uintptr, string, bool) error { return errNotHere }
