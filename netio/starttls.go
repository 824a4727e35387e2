package netio

import "io"

// StartTLSProtocols are the protocols whose servers can be asked for TLS.
func StartTLSProtocols() []string { return nil }

func startTLS(protocol string, _ io.ReadWriter, _ string) error {
	return Usagef("", "starttls=%s is not in this version of fid", cut(protocol))
}
