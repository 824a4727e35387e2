package netio

import (
	"encoding/base64"
	"errors"
	"os"
	"slices"
	"strconv"
	"strings"
)

// maxBody is the longest page beside a 407 that is read to keep the connection.
const maxBody = 64 << 10

// httpConnect asks an HTTP proxy (RFC 9110, section 9.3.6). User and password are
// sent only to a proxy that asks for them, and as a digest if it takes one.
func httpConnect(d *dialogue, h *hop) error {
	for reused := false; ; reused = true {
		login := h.authorization()
		if login != "" {
			login = "Proxy-Authorization: " + login + "\r\n"
		}
		err := d.tell("the request for "+d.asked, []byte("CONNECT "+d.asked+" HTTP/1.1\r\nHost: "+d.asked+"\r\n"+login+"\r\n"))
		var head httpHead
		if err == nil {
			head, err = d.head()
		}
		switch {
		case err != nil && reused && d.came == 0 && !errors.Is(err, os.ErrDeadlineExceeded):
			return errAgain // it did not keep the connection after all
		case err != nil:
			return err
		case head.status/100 == 2:
			return nil
		case head.status == 401 && h.logins > 0: // so tinyproxy answers a wrong password
			return d.refusesLogin(cut(head.line))
		case head.status != 407:
			return d.no(httpNo(head.status), cut(head.line))
		}
		if err := h.challenged(d, head); err != nil {
			return err
		}
		if err := d.skipBody(head); err != nil {
			return err
		}
	}
}

// httpNo classes a status: the far end, or the way to it, may be there later.
func httpNo(status int) Kind {
	switch status {
	case 500, 502, 503, 504: // tinyproxy says 500 of a port that is not open
		return KindUnreachable
	}
	return KindOther
}

// maxLogins is how often a hop is answered with a login: a second time because a
// nonce can have become stale.
const maxLogins = 2

// challenged takes the challenges of a 407.
func (h *hop) challenged(d *dialogue, head httpHead) error {
	challenges := parseChallenges(strings.Join(head.all("proxy-authenticate"), ", "))
	names := make([]string, len(challenges))
	for i, c := range challenges {
		names[i] = c.named()
	}
	wants := "wants a login, but does not say which"
	if len(names) > 0 {
		wants = "wants a login: " + cut(strings.Join(names, ", "))
	}
	if h.User == "" {
		return d.wantsLogin(wants)
	}
	best, stale := bestDigest(challenges)
	basic := slices.ContainsFunc(challenges, func(c challenge) bool { return c.is("Basic") })
	answered := h.basic || h.login != nil
	switch {
	case answered && !(stale && h.login != nil && h.logins < maxLogins):
		return d.refusesLogin(cut(head.line))
	case best != nil:
		h.login = best
	case basic:
		h.basic = true
	default:
		return d.wantsLogin(wants + "; fid has Basic, and Digest with MD5 or SHA-256")
	}
	h.logins++
	return nil
}

// authorization is what a request carries: nothing until the proxy has said
// what it wants.
func (h *hop) authorization() string {
	switch {
	case h.login != nil:
		return h.login.answer("CONNECT", h.to.name, h.User, h.Password, newNonce())
	case h.basic: // RFC 7617
		return "Basic " + base64.StdEncoding.EncodeToString([]byte(h.User+":"+h.Password))
	}
	return ""
}

// skipBody reads the page that comes with a 407. Where the connection does not
// stay, or the page's end is not told, the next request needs a new one.
func (d *dialogue) skipBody(head httpHead) error {
	lengths := head.all("content-length")
	tokens := strings.ToLower(strings.Join(append(head.all("connection"), head.all("proxy-connection")...), ","))
	if !strings.HasPrefix(head.line, "HTTP/1.1") || strings.Contains(tokens, "close") ||
		len(head.all("transfer-encoding")) > 0 || len(lengths) != 1 || !isNumber(lengths[0]) {
		return errAgain
	}
	n, err := strconv.Atoi(lengths[0])
	if err != nil || n > maxBody {
		return errAgain
	}
	if err := d.hear(make([]byte, n)); err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
		return errAgain
	} else if err != nil {
		return err
	}
	return nil
}

// checkHTTP refuses a login that cannot be written (RFC 7617, section 2).
func (p Proxy) checkHTTP() error {
	control := func(r rune) bool { return r < ' ' || r == 0x7f }
	switch {
	case strings.Contains(p.User, ":"):
		return Usagef("", "%s: HTTP takes no user with a colon", p.At.Text)
	case strings.ContainsFunc(p.User+p.Password, control):
		return Usagef("", "%s: HTTP takes no control characters in user and password", p.At.Text)
	}
	return nil
}
