package netio

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
)

// startPostgres sends an SSLRequest, which is answered with one byte (PostgreSQL's
// documentation, "Message Flow", SSL session encryption).
func startPostgres(d *upgrade) error {
	request := binary.BigEndian.AppendUint32(nil, 8)
	request = binary.BigEndian.AppendUint32(request, 80877103) // 1234, 5679: no version of the protocol
	if err := d.ask(string(request), "answer to the request for TLS"); err != nil {
		return err
	}
	answer, err := d.read(1)
	switch {
	case err != nil:
		return err
	case answer[0] == 'N':
		return d.notOffered()
	case answer[0] == 'E':
		return d.postgresError()
	}
	return nil
}

// postgresError reads an ErrorResponse: a length that counts itself, and fields of a
// letter and a string. A server that cannot fork says a mere string, as in protocol 2.
func (d *upgrade) postgresError() error {
	head, err := d.read(4)
	if err != nil {
		return err
	}
	length := binary.BigEndian.Uint32(head)
	if head[0] != 0 {
		return d.postgresText()
	}
	if length < 4 || length > maxStartTLSMessage {
		return d.malformed(fmt.Sprintf("an error message of %d bytes", length))
	}
	body, err := d.read(int(length) - 4)
	if err != nil {
		return err
	}
	field := map[byte]string{}
	for len(body) > 1 && body[0] != 0 {
		value, rest, found := bytes.Cut(body[1:], []byte{0})
		if !found {
			return d.malformed(quoted(d.heard))
		}
		field[body[0]], body = string(value), rest
	}
	if field['M'] == "" {
		return d.malformed(quoted(d.heard))
	}
	return d.turnedAway(words(strings.TrimPrefix(field['S']+": "+field['M'], ": ")))
}

// postgresText reads the rest of an error that is a string, as far as it comes.
func (d *upgrade) postgresText() error {
	for len(d.heard) < maxStartTLSLine && !bytes.ContainsAny(d.heard, "\n\x00") {
		if _, err := d.read(1); err != nil {
			break
		}
	}
	text, _, _ := strings.Cut(string(d.heard[1:]), "\x00")
	return d.turnedAway(words(text))
}

// The capabilities of MySQL that matter here (its documentation, "Capabilities Flags").
const (
	mysqlLongPassword = 1 << 0
	mysqlProtocol41   = 1 << 9
	mysqlSSL          = 1 << 11
	mysqlTransactions = 1 << 13
	mysqlSecure       = 1 << 15
	mysqlPluginAuth   = 1 << 19
)

// startMySQL reads the server's first packet and answers with an SSLRequest, which the
// server does not answer: its packet was the go-ahead. The capabilities sent are those
// of a plain client; who speaks through TLS repeats them.
func startMySQL(d *upgrade) error {
	packet, err := d.mysqlPacket()
	if err != nil {
		return err
	}
	capabilities, charset, ok := parseMySQLHandshake(packet)
	switch {
	case packet[0] == 0xff:
		return d.mysqlError(packet[1:])
	case packet[0] != 10:
		return d.malformed(fmt.Sprintf("version %d of the protocol", packet[0]))
	case !ok:
		return d.malformed(quoted(packet))
	case capabilities&mysqlSSL == 0 || capabilities&mysqlProtocol41 == 0:
		return d.notOffered()
	}
	const wanted = mysqlLongPassword | mysqlProtocol41 | mysqlSSL | mysqlTransactions | mysqlSecure | mysqlPluginAuth
	request := []byte{32, 0, 0, 1} // length and number of the packet
	request = binary.LittleEndian.AppendUint32(request, capabilities&wanted)
	request = binary.LittleEndian.AppendUint32(request, 1<<24) // the longest packet we would take
	request = append(request, charset)
	request = append(request, make([]byte, 23)...)
	return d.ask(string(request), "answer to the request for TLS")
}

// mysqlPacket reads a packet: three bytes of length, its number, and the rest.
func (d *upgrade) mysqlPacket() ([]byte, error) {
	head, err := d.read(4)
	if err != nil {
		return nil, err
	}
	length := int(head[0]) | int(head[1])<<8 | int(head[2])<<16
	if head[3] != 0 || length == 0 || length > maxStartTLSMessage-len(head) {
		return nil, d.stranger()
	}
	return d.read(length)
}

// parseMySQLHandshake takes apart a packet "Protocol::HandshakeV10".
func parseMySQLHandshake(packet []byte) (capabilities uint32, charset byte, ok bool) {
	_, rest, found := bytes.Cut(packet[1:], []byte{0}) // behind the server's version
	const thread, auth, filler = 4, 8, 1
	if !found || len(rest) < thread+auth+filler+2 {
		return 0, 0, false
	}
	rest = rest[thread+auth+filler:]
	capabilities = uint32(binary.LittleEndian.Uint16(rest))
	rest = rest[2:]
	const status, upper, authLength, reserved = 2, 2, 1, 10
	if len(rest) < 1+status+upper+authLength+reserved {
		return 0, 0, false
	}
	charset = rest[0]
	capabilities |= uint32(binary.LittleEndian.Uint16(rest[1+status:])) << 16
	return capabilities, charset, true
}

// mysqlError says an error packet: a number, and a text that may have an SQL state
// before it.
func (d *upgrade) mysqlError(rest []byte) error {
	if len(rest) < 2 {
		return d.malformed("an error without a number")
	}
	text := string(rest[2:])
	if len(text) >= 6 && text[0] == '#' {
		text = text[6:]
	}
	return d.turnedAway(words(fmt.Sprintf("%d %s", binary.LittleEndian.Uint16(rest), text)))
}
