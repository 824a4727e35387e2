package netio

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
)

// The methods of SOCKS 5 that fid has (RFC 1928, section 3), and "none of yours".
const (
	methodNone     = 0x00
	methodPassword = 0x02
	methodNoneFits = 0xff
)

// socks5 asks a SOCKS 5 proxy (RFC 1928).
func socks5(d *dialogue, h *hop) error {
	if err := socks5Login(d); err != nil {
		return err
	}
	request := []byte{5, 1, 0} // CONNECT
	switch ip := h.to.ip; {
	case !ip.IsValid():
		request = append(request, 3, byte(len(h.to.host)))
		request = append(request, h.to.host...)
	case ip.Is4():
		request = append(append(request, 1), ip.AsSlice()...)
	default:
		request = append(append(request, 4), ip.AsSlice()...)
	}
	request = binary.BigEndian.AppendUint16(request, h.to.port)
	if err := d.tell("the request for "+d.asked, request); err != nil {
		return err
	}
	return socks5Reply(d)
}

// socks5Login offers what fid has and does what the proxy chooses.
func socks5Login(d *dialogue) error {
	offer := []byte{methodNone}
	if d.proxy.User != "" {
		offer = append(offer, methodPassword)
	}
	if err := d.tell("the greeting", append([]byte{5, byte(len(offer))}, offer...)); err != nil {
		return err
	}
	if err := d.version(5, "SOCKS 5"); err != nil {
		return err
	}
	method, err := d.hearByte()
	switch {
	case err != nil:
		return err
	case method == methodNoneFits && d.proxy.User == "":
		return d.wantsLogin("wants a login")
	case method == methodNoneFits:
		return d.wantsLogin("takes no login by user and password")
	case !slices.Contains(offer, method):
		return d.failed("chose a login that was not offered: 0x%02x", method)
	case method == methodNone:
		return nil
	}
	return socks5Password(d)
}

// socks5Password logs in (RFC 1929).
func socks5Password(d *dialogue) error {
	b := append([]byte{1, byte(len(d.proxy.User))}, d.proxy.User...)
	b = append(append(b, byte(len(d.proxy.Password))), d.proxy.Password...)
	if err := d.tell("the login", b); err != nil {
		return err
	}
	if err := d.version(1, "SOCKS 5"); err != nil {
		return err
	}
	status, err := d.hearByte()
	if err == nil && status != 0 {
		err = d.refusesLogin(fmt.Sprintf("code 0x%02x", status))
	}
	return err
}

// version reads the first byte of an answer, and nothing after a wrong one.
func (d *dialogue) version(want byte, protocol string) error {
	got, err := d.hearByte()
	if err != nil || got == want {
		return err
	}
	err = d.failed("not a %s answer: it begins with 0x%02x", protocol, got)
	err.(*Error).Hint = wrongProxy(got)
	return err
}

// socks5Reply reads the answer to a request (RFC 1928, section 6), which ends
// with an address that nobody needs, but that has to be read in full.
func socks5Reply(d *dialogue) error {
	if err := d.version(5, "SOCKS 5"); err != nil {
		return err
	}
	code, err := d.hearByte()
	if err != nil {
		return err
	}
	if code != 0 {
		return d.no(socks5No(code))
	}
	var head [2]byte // reserved, type of address
	if err := d.hear(head[:]); err != nil {
		return err
	}
	length := 0
	switch head[1] {
	case 1:
		length = 4
	case 4:
		length = 16
	case 3:
		n, err := d.hearByte()
		if err != nil {
			return err
		}
		length = int(n)
	default:
		return d.failed("not a SOCKS 5 answer: it has an address of type 0x%02x", head[1])
	}
	return d.hear(make([]byte, length+2)) // and a port
}

// socks5No says the codes of RFC 1928, section 6.
func socks5No(code byte) (Kind, string) {
	switch code {
	case 1:
		return KindUnreachable, "general failure"
	case 2:
		return KindOther, "not allowed by its rules"
	case 3:
		return KindUnreachable, "network unreachable"
	case 4:
		return KindUnreachable, "host unreachable"
	case 5:
		return KindRefused, "connection refused"
	case 6:
		return KindUnreachable, "time to live expired"
	case 7:
		return KindOther, "it does not know the command"
	case 8:
		return KindOther, "it does not know this type of address"
	}
	return KindOther, fmt.Sprintf("code 0x%02x", code)
}

// socks4 asks a SOCKS 4 or 4a proxy: Ying-Da Lee's "SOCKS: A protocol for TCP
// proxy across firewalls", and its extension for names.
func socks4(d *dialogue, h *hop) error {
	request := binary.BigEndian.AppendUint16([]byte{4, 1}, h.to.port) // CONNECT
	if h.to.ip.IsValid() {
		request = append(request, h.to.ip.AsSlice()...)
	} else {
		request = append(request, 0, 0, 0, 1) // no host: a name follows
	}
	request = append(append(request, d.proxy.User...), 0)
	if !h.to.ip.IsValid() {
		request = append(append(request, h.to.host...), 0)
	}
	if err := d.tell("the request for "+d.asked, request); err != nil {
		return err
	}
	return socks4Reply(d)
}

// socks4Reply reads the 8 bytes of an answer.
func socks4Reply(d *dialogue) error {
	if err := d.version(0, "SOCKS 4"); err != nil {
		return err
	}
	code, err := d.hearByte()
	if err != nil {
		return err
	}
	switch code {
	case 90:
		return d.hear(make([]byte, 6)) // a port and an address that nobody needs
	case 91:
		return d.no(KindRefused, "rejected or failed")
	case 92:
		return d.no(KindOther, "it finds no identd at this host")
	case 93:
		return d.no(KindOther, "identd at this host names another user")
	}
	return d.failed("not a SOCKS 4 answer: code 0x%02x", code)
}

// checkSocks refuses a login that the protocol has no room for (RFC 1929, section
// 2), or that would end early (SOCKS 4).
func (p Proxy) checkSocks() error {
	bad := func(what string) error { return Usagef("", "%s: %s", p.At.Text, what) }
	switch {
	case strings.HasPrefix(p.Scheme, "socks4") && strings.ContainsRune(p.User, 0):
		return bad("the user has a NUL in it")
	case strings.HasPrefix(p.Scheme, "socks4") && len(p.User) > maxName:
		return bad("SOCKS 4 takes a user of at most 255 bytes")
	case strings.HasPrefix(p.Scheme, "socks5") && p.User != "" && (len(p.User) > maxName || p.Password == "" || len(p.Password) > maxName):
		return bad("SOCKS 5 takes a user and a password of 1 to 255 bytes")
	}
	return nil
}
