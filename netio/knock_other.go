//go:build !linux

package netio

// Knocker returns what finds out whether the address can be connected to.
func (a Address) Knocker(o Options) (Dialer, error) {
	d, err := a.Dialer(o)
	if udp, ok := d.(*udpDialer); ok {
		return udpKnocker{udp}, nil
	}
	return d, err
}
