package netio

import (
	"crypto/md5"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
)

// A challenge is one way to log in that a server offers (RFC 9110, section 11.3).
type challenge struct {
	scheme string
	params map[string]string // names in lower case
}

func (c challenge) is(scheme string) bool { return strings.EqualFold(c.scheme, scheme) }

// named is the challenge in a message.
func (c challenge) named() string {
	if alg := c.params["algorithm"]; alg != "" {
		return c.scheme + " " + alg
	}
	return c.scheme
}

// parseChallenges reads the fields of Proxy-Authenticate, joined by commas (RFC
// 9110, section 11.6.1). It reads as far as it understands.
func parseChallenges(s string) []challenge {
	var all []challenge
	for {
		s = strings.TrimLeft(s, ", \t")
		word, rest := takeToken(s)
		if word == "" {
			return all
		}
		if !isAssigned(rest) { // the name of a scheme, with its first parameter or none
			all = append(all, challenge{word, map[string]string{}})
			word, rest = takeToken(strings.TrimLeft(rest, " \t"))
		}
		value, rest, found := takeValue(rest)
		if found && word != "" && len(all) > 0 {
			all[len(all)-1].params[strings.ToLower(word)] = value
		}
		comma := strings.IndexByte(rest, ',') // of a token68, all up to there is skipped
		if comma < 0 {
			return all
		}
		s = rest[comma:]
	}
}

func isAssigned(s string) bool { return strings.HasPrefix(strings.TrimLeft(s, " \t"), "=") }

// takeToken takes a token off the front (RFC 9110, section 5.6.2).
func takeToken(s string) (token, rest string) {
	i := strings.IndexFunc(s, func(r rune) bool {
		return r <= ' ' || r >= 0x7f || strings.ContainsRune(`()<>@,;:\"/[]?={}`, r)
	})
	if i < 0 {
		i = len(s)
	}
	return s[:i], s[i:]
}

// takeValue takes "= token" or `= "quoted"` off the front.
func takeValue(s string) (value, rest string, found bool) {
	s, found = strings.CutPrefix(strings.TrimLeft(s, " \t"), "=")
	if !found {
		return "", s, false
	}
	s = strings.TrimLeft(s, " \t")
	if !strings.HasPrefix(s, `"`) {
		value, rest = takeToken(s)
		return value, rest, value != ""
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '"':
			return b.String(), s[i+1:], true
		case s[i] == '\\' && i+1 < len(s):
			i++
		}
		b.WriteByte(s[i])
	}
	return "", "", false // the quotation does not end
}

// A digest answers one challenge of HTTP Digest (RFC 7616), with or without the
// quality of protection that RFC 2069 did not have.
type digest struct {
	challenge
	hash func(string) string
	uses int
}

// bestDigest returns the strongest digest that is offered and known, nil where
// there is none, and whether the proxy says that only the nonce was too old.
func bestDigest(challenges []challenge) (best *digest, stale bool) {
	for _, c := range challenges {
		if !c.is("Digest") || c.params["realm"] == "" && c.params["nonce"] == "" {
			continue
		}
		qop, hasQop := c.params["qop"]
		if hasQop && !slices.ContainsFunc(strings.Split(qop, ","), func(q string) bool { return strings.EqualFold(strings.TrimSpace(q), "auth") }) {
			continue
		}
		switch alg := strings.ToUpper(c.params["algorithm"]); {
		case alg == "SHA-256":
			best = &digest{challenge: c, hash: hexSHA256}
		case (alg == "" || alg == "MD5") && best == nil:
			best = &digest{challenge: c, hash: hexMD5}
		}
	}
	return best, best != nil && strings.EqualFold(best.params["stale"], "true")
}

func hexMD5(s string) string {
	sum := md5.Sum([]byte(s))
	return hex.EncodeToString(sum[:])
}

func hexSHA256(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

func newNonce() string { return rand.Text() }

// answer is the value of Proxy-Authorization (RFC 7616, section 3.4).
func (d *digest) answer(method, uri, user, password, cnonce string) string {
	d.uses++
	realm, nonce := d.params["realm"], d.params["nonce"]
	count := fmt.Sprintf("%08x", d.uses)
	_, hasQop := d.params["qop"]
	middle := nonce
	if hasQop {
		middle += ":" + count + ":" + cnonce + ":auth"
	}
	response := d.hash(d.hash(user+":"+realm+":"+password) + ":" + middle + ":" + d.hash(method+":"+uri))
	b := "Digest username=" + quote(user) + ", realm=" + quote(realm) + ", nonce=" + quote(nonce) + ", uri=" + quote(uri) + ", response=" + quote(response)
	if alg, ok := d.params["algorithm"]; ok {
		b += ", algorithm=" + alg
	}
	if opaque, ok := d.params["opaque"]; ok {
		b += ", opaque=" + quote(opaque)
	}
	if hasQop {
		b += ", qop=auth, nc=" + count + ", cnonce=" + quote(cnonce)
	}
	return b
}

// quote writes a quoted-string (RFC 9110, section 5.6.4).
func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}
