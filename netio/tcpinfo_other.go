//go:build !linux && !darwin

package netio

// askTCP: FreeBSD and OpenBSD have a TCP_INFO of their own, which golang.org/x/sys does
// not describe.
func askTCP(uintptr) *TCPInfo { return nil }
