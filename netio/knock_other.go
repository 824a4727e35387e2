//go:build !linux

package netio

// Knocker returns what finds out whether the address can be connected to.
func (a Address) Knocker(o Options) (Dialer, error) { return a.Dialer(o) }
