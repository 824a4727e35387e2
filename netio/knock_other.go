//go:build !linux

package netio

// Knocker returns what finds out whether the address can be connected to.
func (a Address) Knocker(o Options) (Dialer, error) {
	d, err := a.Dialer(o)
	switch d := d.(type) {
	case *udpDialer:
		return udpKnocker{d}, nil
	case *tlsDialer:
		d.knocks = true
	}
	return d, err
}
