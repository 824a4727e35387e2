package modes

import (
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"

	"fid/netio"
)

// Ready says who is told when a serving mode can be connected to. The zero
// Ready tells nobody.
type Ready struct {
	File string   // written in one step; holds an address that connect takes
	FD   *os.File // gets the same line and is closed; nil for none
}

// announce tells that the listener accepts: first the file and the descriptor,
// which can fail, then the log.
func (r Ready) announce(l netio.Listener, addr netio.Address, o Options) error {
	ready := readyAddress(l.Addr(), o.Net.Family == "6" || addr.Scheme == "tcp6" || addr.Scheme == "udp6")
	if addr.Scheme == "tls" {
		ready = "tls:" + ready
	}
	failed := func(what string, err error) error {
		return &netio.Error{Kind: netio.KindLocal, What: what + ": cannot write it: " + netio.Reason(err), Err: err}
	}
	if r.File != "" {
		if err := writeWhole(r.File, ready+"\n"); err != nil {
			return failed(r.File, err)
		}
	}
	if r.FD != nil {
		_, err := r.FD.WriteString(ready + "\n")
		if e := r.FD.Close(); err == nil {
			err = e
		}
		if err != nil {
			return failed("--ready-fd", err)
		}
	}
	o.Log(Event{Name: Listening, Addr: addr.Text, Local: l.Addr().String, Ready: ready, AnyPort: addr.Port == "0"})
	return nil
}

// clear removes what an earlier run has left: a script that waits for the file must not read an
// address of yesterday. What is no file, and no link, which is not followed, is somebody else's: a
// FIFO, a device, a socket.
func (r Ready) clear() error {
	if r.File == "" {
		return nil
	}
	st, err := os.Lstat(r.File)
	if err != nil {
		return nil // announce tells what is wrong with its place
	}
	if !st.Mode().IsRegular() && st.Mode().Type() != os.ModeSymlink {
		return &netio.Error{Kind: netio.KindLocal, Addr: r.File, What: "is there and is no file: --ready-file makes one", Hint: "--ready-fd N for what is open"}
	}
	_ = os.Remove(r.File) // what cannot be removed fails in announce, with its reason
	return nil
}

// writeWhole makes the file appear with its whole content or not at all.
func writeWhole(name, text string) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".fid-ready-*")
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	if e := f.Chmod(0o644); err == nil {
		err = e
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}

// readyAddress is where a client on this host reaches the listener.
func readyAddress(a net.Addr, onlyIPv6 bool) string {
	scheme := map[string]string{"unix": "unix:", "unixgram": "unix-dgram:", "unixpacket": "unix-seqpacket:", "udp": "udp:"}[a.Network()]
	if strings.HasPrefix(scheme, "unix") {
		return scheme + a.String()
	}
	ap, err := netip.ParseAddrPort(a.String())
	if err != nil {
		return a.String()
	}
	ip := ap.Addr().Unmap()
	switch {
	case ip == netip.IPv4Unspecified(), ip == netip.IPv6Unspecified() && !onlyIPv6:
		ip = netip.AddrFrom4([4]byte{127, 0, 0, 1})
	case ip == netip.IPv6Unspecified():
		ip = netip.IPv6Loopback()
	}
	return scheme + netip.AddrPortFrom(ip, ap.Port()).String()
}
