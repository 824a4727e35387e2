package netio

import (
	"bytes"
	"errors"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A turn is what a server of a test awaits, and what it says then.
type turn struct{ wants, says string }

const (
	postgresAsks = "\x00\x00\x00\x08\x04\xd2\x16\x2f"
	ldapAsks     = "\x30\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037"
	xmppOpens    = "<?xml version='1.0'?><stream:stream to='a&amp;b&lt;&apos;' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>"
	xmppAsks     = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
	xmppAnswers  = "<?xml version='1.0'?>\n<stream:stream id='4>2' from=\"a\" version = '1.0' xml:lang='en' xmlns:stream='http://etherx.jabber.org/streams' xmlns='jabber:client'>"
	xmppOffers   = "<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls><mechanisms xmlns='m'>\n<mechanism>PLAIN</mechanism></mechanisms></stream:features>"
	xmppProceeds = "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
)

// ldapSays is an LDAPMessage with an ExtendedResponse.
func ldapSays(number, code byte, text, name string) string {
	op := append([]byte{berEnumerated, 1, code}, berWrap(berOctets, nil)...)
	op = append(op, berWrap(berOctets, []byte(text))...)
	if name != "" {
		op = append(op, berWrap(ldapResponseName, []byte(name))...)
	}
	return string(berWrap(berSequence, append([]byte{berInteger, 1, number}, berWrap(ldapResponse, op)...)))
}

// mysqlSays is a packet.
func mysqlSays(payload string) string {
	n := len(payload)
	return string([]byte{byte(n), byte(n >> 8), byte(n >> 16), 0}) + payload
}

// mysqlGreets is a HandshakeV10 with these lower capabilities.
func mysqlGreets(capabilities uint16) string {
	return mysqlSays("\x0a8.0.36\x00" + "\x09\x00\x00\x00" + "12345678\x00" + string([]byte{byte(capabilities), byte(capabilities >> 8)}) +
		"\x2d" + "\x02\x00" + "\xff\xdf" + "\x15" + "0123456789" + "abcdefghijkl\x00" + "caching_sha2_password\x00")
}

const mysqlAnswers = "\x20\x00\x00\x01" + "\x01\xaa\x08\x00" + "\x00\x00\x00\x01" + "\x2d" +
	"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"

// goodDialogues end with a go-ahead, each in its own way.
func goodDialogues() []struct {
	protocol string
	turns    []turn
} {
	return []struct {
		protocol string
		turns    []turn
	}{
		{"smtp", []turn{{"", "220-mail.example\r\n220-beware\r\n220 ESMTP\r\n"},
			{"EHLO [127.0.0.1]\r\n", "250-mail.example\r\n250-SIZE 1000\r\n250-StartTLS\r\n250 HELP\r\n"}, {"STARTTLS\r\n", "220 2.0.0 Ready\r\n"}}},
		{"smtp", []turn{{"", "220\n"}, {"EHLO [127.0.0.1]\r\n", "250-x\n250 STARTTLS\n"}, {"STARTTLS\r\n", "220-a\n220\n"}}},
		{"imap", []turn{{"", "* OK [CAPABILITY IMAP4rev1] ready\r\n"},
			{"a1 CAPABILITY\r\n", "* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED\r\na1 OK done\r\n"}, {"a2 STARTTLS\r\n", "* NOTE\r\na2 OK begin\r\n"}}},
		{"imap", []turn{{"", "* ok\n"}, {"a1 CAPABILITY\r\n", "* ok\n* capability starttls\na1 ok\n"}, {"a2 STARTTLS\r\n", "a2 ok\n"}}},
		{"pop3", []turn{{"", "+OK <1@pop>\r\n"}, {"CAPA\r\n", "+OK\r\nTOP\r\nSTLS\r\nSASL PLAIN\r\n.\r\n"}, {"STLS\r\n", "+OK begin\r\n"}}},
		{"pop3", []turn{{"", "+OK\r\n"}, {"CAPA\r\n", "-ERR what?\r\n"}, {"STLS\r\n", "+OK\r\n"}}},
		{"ldap", []turn{{ldapAsks, ldapSays(1, 0, "", oidStartTLS)}}},
		{"ldap", []turn{{ldapAsks, ldapSays(1, 0, "", "")}}},
		{"ldap", []turn{{ldapAsks, // Active Directory's lengths, and a control
			"\x30\x84\x00\x00\x00\x1b\x02\x01\x01\x78\x84\x00\x00\x00\x0f\x0a\x01\x00\x04\x00\x04\x00\xa3\x02\x04\x00\x8b\x02xx\xa0\x01\x00"}}},
		{"postgres", []turn{{postgresAsks, "S"}}},
		{"mysql", []turn{{"", mysqlGreets(0xaa85)}, {mysqlAnswers, ""}}},
		{"xmpp", []turn{{xmppOpens, xmppAnswers + xmppOffers}, {xmppAsks, xmppProceeds}}},
		{"xmpp", []turn{{xmppOpens, `<s:stream xmlns:s="http://etherx.jabber.org/streams" xmlns:t="urn:ietf:params:xml:ns:xmpp-tls" >` +
			` <s:features ><t:starttls/></s:features >`}, {xmppAsks, "\n<t:proceed> </t:proceed>"}}},
	}
}

// serveTurns plays the server of a dialogue, in pieces of that many bytes, sends
// trailer together with the last of them, and tells what it has missed.
func serveTurns(conn net.Conn, turns []turn, piece int, trailer string) error {
	last := len(turns) - 1
	for last > 0 && turns[last].says == "" {
		last--
	}
	for i, turn := range turns {
		got := make([]byte, len(turn.wants))
		if _, err := io.ReadFull(conn, got); err != nil || string(got) != turn.wants {
			return errors.New(strconv.Quote(string(got)) + ", want " + strconv.Quote(turn.wants))
		}
		says := turn.says
		if i == last {
			says += trailer
		}
		for chunk := range slices.Chunk([]byte(says), piece) {
			if _, err := conn.Write(chunk); err != nil {
				return err
			}
		}
	}
	return nil
}

func socketPair(t *testing.T) (client, server net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if client, err = net.Dial("tcp", l.Addr().String()); err != nil {
		t.Fatal(err)
	}
	if server, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close(); server.Close() })
	return client, server
}

// However the server's answers are cut, its go-ahead is all that is read, and what
// follows it is left for the handshake.
func TestStartTLSReadsNothingBeyondTheGoAhead(t *testing.T) {
	for _, good := range goodDialogues() {
		for _, piece := range []int{1, 7, 1 << 20} {
			client, server := socketPair(t)
			served := make(chan error, 1)
			go func() {
				served <- serveTurns(server, good.turns, piece, "\x16\x03injected\r\n")
				_ = server.Close()
			}()
			if err := startTLS(good.protocol, client, "a&b<'"); err != nil {
				t.Errorf("%s, pieces of %d: %v", good.protocol, piece, err)
			}
			if err := <-served; err != nil {
				t.Errorf("%s, pieces of %d: the server: %v", good.protocol, piece, err)
			}
			if rest, err := io.ReadAll(client); string(rest) != "\x16\x03injected\r\n" {
				t.Errorf("%s, pieces of %d: %q, %v are left", good.protocol, piece, rest, err)
			}
		}
	}
}

// A canned server has said all in advance.
type canned struct {
	*strings.Reader
	sent bytes.Buffer
}

func (c *canned) Write(p []byte) (int, error) { return c.sent.Write(p) }

// against returns what comes of a dialogue with a server that says this and closes,
// and how many bytes of it were read.
func against(protocol, says string) (read int, err error) {
	c := &canned{Reader: strings.NewReader(says)}
	err = startTLS(protocol, c, "host")
	return len(says) - c.Len(), err
}

func allSaid(turns []turn) string {
	said := ""
	for _, turn := range turns {
		said += turn.says
	}
	return said
}

func TestStartTLSIsNotStartedByAPartOfTheGoAhead(t *testing.T) {
	for _, good := range goodDialogues() {
		whole := allSaid(good.turns)
		if n, err := against(good.protocol, whole); err != nil || n != len(whole) {
			t.Errorf("%s: %d of %d bytes read, %v", good.protocol, n, len(whole), err)
		}
		for n := range len(whole) {
			_, err := against(good.protocol, whole[:n])
			if KindOf(err) != KindTLS || !strings.HasSuffix(err.Error(), ": the far end closed") || !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("%s, %d of %d bytes: %v", good.protocol, n, len(whole), err)
			}
		}
	}
}
