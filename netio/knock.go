package netio

// Knocker returns what finds out whether the address can be connected to. Its End is
// good for nothing but to be closed: a check of ports wants no more.
func (a Address) Knocker(o Options) (Dialer, error) {
	d, err := a.Dialer(o)
	switch d := d.(type) {
	case *tcpDialer:
		return knockTCP(d), nil
	case *udpDialer:
		return udpKnocker{d}, nil
	case *tlsDialer:
		d.knocks = true
	}
	return d, err
}
