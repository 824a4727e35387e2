package netio

import "fmt"

// The names that LDAP gives to the request and to a server's notice that it hangs up
// (RFC 4511, sections 4.14.1 and 4.4.1).
const (
	oidStartTLS   = "1.3.6.1.4.1.1466.20037"
	oidDisconnect = "1.3.6.1.4.1.1466.20036"
)

// The tags of BER that are met here (RFC 4511, sections 4.1.1, 4.1.9, 4.12).
const (
	berInteger       = 0x02
	berOctets        = 0x04
	berEnumerated    = 0x0a
	berSequence      = 0x30
	ldapExtended     = 0x77 // [APPLICATION 23], and in it:
	ldapRequestName  = 0x80
	ldapResponse     = 0x78 // [APPLICATION 24], and in it:
	ldapReferral     = 0xa3
	ldapResponseName = 0x8a
	ldapResponseText = 0x8b
	ldapControls     = 0xa0
)

// startLDAP is RFC 4511, section 4.14.
func startLDAP(d *upgrade) error {
	name := berWrap(ldapRequestName, []byte(oidStartTLS))
	number := []byte{berInteger, 1, 1}
	request := berWrap(berSequence, append(number, berWrap(ldapExtended, name)...))
	if err := d.ask(string(request), "answer to STARTTLS"); err != nil {
		return err
	}
	message, err := d.berMessage()
	if err != nil {
		return err
	}
	r, ok := parseLDAPResult(message)
	switch {
	case !ok:
		return d.malformed(quoted(d.heard))
	case r.number == 0 && r.name == oidDisconnect:
		return d.turnedAway(r.words())
	case r.number != 1 || r.name != "" && r.name != oidStartTLS:
		return d.malformed(fmt.Sprintf("it answers request %d, %s", r.number, quoted([]byte(r.name))))
	case r.code != 0:
		return d.refused("STARTTLS", r.words())
	}
	return nil
}

// berWrap makes an element of fewer than 128 bytes.
func berWrap(tag byte, content []byte) []byte {
	return append([]byte{tag, byte(len(content))}, content...)
}

// berMessage reads one LDAPMessage and returns what is inside it. Its length is
// definite (RFC 4511, section 5.1); Active Directory writes all of them with four
// octets.
func (d *upgrade) berMessage() ([]byte, error) {
	if _, err := d.read(1); err != nil { // a sequence: begins sees to it
		return nil, err
	}
	first, err := d.read(1)
	if err != nil {
		return nil, err
	}
	if octets := int(first[0]) - 0x80; octets > 0 && octets <= 4 {
		if _, err := d.read(octets); err != nil {
			return nil, err
		}
	}
	length, _, ok := berLength(d.heard[1:])
	switch {
	case !ok:
		return nil, d.malformed("a length that LDAP does not have")
	case length > maxStartTLSMessage-len(d.heard):
		return nil, d.malformed(fmt.Sprintf("a message of %d bytes", length))
	}
	return d.read(length)
}

// berLength takes the length off the front of p.
func berLength(p []byte) (length int, rest []byte, ok bool) {
	if len(p) == 0 {
		return 0, nil, false
	}
	if p[0] < 0x80 {
		return int(p[0]), p[1:], true
	}
	octets := int(p[0]) - 0x80
	if octets == 0 || octets > 4 || len(p) < 1+octets {
		return 0, nil, false
	}
	var wide uint64 // four octets are more than an int has on some systems
	for _, b := range p[1 : 1+octets] {
		wide = wide<<8 | uint64(b)
	}
	if wide > 1<<31-1 {
		return 0, nil, false
	}
	return int(wide), p[1+octets:], true
}

// A berReader takes elements off the front of what it is, and remembers when that
// was not possible.
type berReader struct {
	rest   []byte
	failed bool
}

// next takes an element that must have this tag.
func (r *berReader) next(tag byte) []byte {
	content, ok := r.optional(tag)
	r.failed = r.failed || !ok
	return content
}

// optional takes an element if it has this tag.
func (r *berReader) optional(tag byte) (content []byte, ok bool) {
	if r.failed || len(r.rest) == 0 || r.rest[0] != tag {
		return nil, false
	}
	length, rest, ok := berLength(r.rest[1:])
	if !ok || length > len(rest) {
		r.failed = true
		return nil, false
	}
	r.rest = rest[length:]
	return rest[:length], true
}

// number takes an integer from 0 to 2147483647, as LDAP has them (RFC 4511, section
// 4.1.1).
func (r *berReader) number(tag byte) int32 {
	content := r.next(tag)
	if len(content) == 0 || len(content) > 4 || content[0] >= 0x80 {
		r.failed = true
		return 0
	}
	n := int32(0)
	for _, b := range content {
		n = n<<8 | int32(b)
	}
	return n
}

// whole reports whether all could be taken and nothing is left.
func (r *berReader) whole() bool { return !r.failed && len(r.rest) == 0 }

// An ldapResult is an ExtendedResponse.
type ldapResult struct {
	number int32 // of the message it answers; 0 is none
	code   int32
	text   string // the server's own
	name   string // an OID; empty where there is none
}

// parseLDAPResult takes apart what is inside an LDAPMessage.
func parseLDAPResult(message []byte) (r ldapResult, ok bool) {
	outer := berReader{rest: message}
	r.number = outer.number(berInteger)
	inner := berReader{rest: outer.next(ldapResponse)}
	outer.optional(ldapControls)
	r.code = inner.number(berEnumerated)
	inner.next(berOctets) // matchedDN
	r.text = string(inner.next(berOctets))
	inner.optional(ldapReferral)
	name, _ := inner.optional(ldapResponseName)
	r.name = string(name)
	inner.optional(ldapResponseText)
	return r, outer.whole() && inner.whole()
}

// words say the result as RFC 4511, appendix A, has it, and what the server adds.
func (r ldapResult) words() string {
	said, ok := map[int32]string{
		0: "success", 1: "operations error", 2: "protocol error", 3: "time limit exceeded",
		7: "authentication method not supported", 8: "stronger authentication required", 10: "referral",
		11: "administrative limit exceeded", 12: "unavailable critical extension", 13: "confidentiality required",
		48: "inappropriate authentication", 50: "insufficient access rights", 51: "busy", 52: "unavailable",
		53: "unwilling to perform", 80: "other",
	}[r.code]
	if !ok {
		said = "result"
	}
	said = fmt.Sprintf("%s (%d)", said, r.code)
	if r.text != "" {
		said += ", " + quoted([]byte(r.text))
	}
	return said
}
