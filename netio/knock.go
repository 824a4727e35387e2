package netio

// Knocker returns what finds out whether the address can be connected to. Its End is
// good for nothing but to be closed: a check of ports wants no more.
func (a Address) Knocker(o Options) (Dialer, error) {
	bare := o
	bare.Layers = nil // above what knocks, which they would hide
	d, err := a.Dialer(bare)
	switch below := d.(type) {
	case *tcpDialer:
		d = knockTCP(below)
	case *udpDialer:
		d = udpKnocker{below}
	case *tlsDialer:
		below.knocks = true
	}
	if err == nil && len(o.Layers) > 0 {
		d = layeredDialer{d, o}
	}
	return d, err
}
