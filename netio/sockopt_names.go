package netio

// An option is how a system knows a socket option. The zero option is one that it
// does not have.
type option struct{ level, name int }

// Names are what a system calls the options.
type names struct {
	recvBuffer, sendBuffer      option
	tos, ttl, minTTL            option // of IPv4
	trafficClass, hops, minHops option // the same of IPv6
}

// setOption sets an option of one number.
func setOption(fd uintptr, o option, value int) error {
	if o == (option{}) {
		return errNotHere
	}
	return setsockopt(fd, o.level, o.name, value)
}

// getOption returns what an option is.
func getOption(fd uintptr, o option) (int, error) {
	if o == (option{}) {
		return 0, errNotHere
	}
	return getsockopt(fd, o.level, o.name)
}

// errNotHere is the answer to an option that this system does not have.
var errNotHere = &Error{Kind: KindOther, What: "this system does not have it"}
