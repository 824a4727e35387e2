package netio

import (
	"errors"
	"io"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"
)

// What the server says against it is told in its own words.
func TestStartTLSFailsInTheServersWords(t *testing.T) {
	const (
		smtp  = "220 mail ESMTP\r\n"
		hello = smtp + "250-mail\r\n250 STARTTLS\r\n"
		imap  = "* OK ready\r\n"
		pop3  = "+OK ready\r\n"
	)
	for _, c := range []struct{ protocol, says, want string }{
		{"smtp", hello + "454 4.7.0 TLS not available\r\n", "STARTTLS refused (smtp): 454 4.7.0 TLS not available"},
		{"smtp", hello + "454-4.7.0 not now\r\n454 sorry\r\n", "STARTTLS refused (smtp): 454 4.7.0 not now"},
		{"smtp", hello + "220-a\r\n250 b\r\n", "malformed answer to STARTTLS (smtp): the code changes from 220 to 250"},
		{"smtp", hello + "2200 a\r\n", `malformed answer to STARTTLS (smtp): "2200 a"`},
		{"smtp", hello + "220 a\x00b\r\n", `malformed answer to STARTTLS (smtp): a control character in "220 a\x00"`},
		{"smtp", smtp + "250 mail\r\n", "STARTTLS is not offered (smtp)"},
		{"smtp", smtp + "250-STARTTLS\r\n250 XSTARTTLS\r\n", "STARTTLS is not offered (smtp)"},
		{"smtp", smtp + "502 \x9b31mno\"\r\n", `EHLO refused (smtp): 502 \x9b31mno"`},
		{"smtp", "554\r\n", "service refused (smtp): 554"},
		{"smtp", "200 news\r\n", `this is no smtp server: it says "200 news"`},
		{"smtp", "22 mail\r\n", `this is no smtp server: it says "22 mail"`},
		{"smtp", "SSH-2.0-OpenSSH_9.6\r\n", `this is no smtp server: it says "SSH-2.0-OpenSSH_9.6"`},
		{"smtp", "", "no greeting (smtp): the far end closed"},
		{"smtp", "220 ma", `no whole greeting (smtp), only "220 ma": the far end closed`},
		{"imap", smtp, `this is no imap server: it says "220 mail ESMTP"`},
		{"imap", "*OK\r\n", `this is no imap server: it says "*OK"`},
		{"imap", "* BYE too many\r\n", "service refused (imap): * BYE too many"},
		{"imap", "* PREAUTH hello\r\n", "STARTTLS is not possible (imap): the server has logged us in already: * PREAUTH hello"},
		{"imap", imap + "* CAPABILITY IMAP4rev1\r\na1 OK\r\n", "STARTTLS is not offered (imap)"},
		{"imap", imap + "* OK STARTTLS\r\na1 OK\r\n", "STARTTLS is not offered (imap)"},
		{"imap", imap + "a1 BAD what\r\n", "CAPABILITY refused (imap): BAD what"},
		{"imap", imap + "* BYE bye\r\n", "service refused (imap): * BYE bye"},
		{"imap", imap + "a2 OK\r\n", `malformed answer to CAPABILITY (imap): "a2 OK"`},
		{"imap", imap + "* CAPABILITY STARTTLS\r\na1 OK\r\na2 NO not now\r\n", "STARTTLS refused (imap): NO not now"},
		{"imap", imap + "* CAPABILITY STARTTLS\r\na1 OK\r\n+ go\r\n", `malformed answer to STARTTLS (imap): "+ go"`},
		{"pop3", imap, `this is no pop3 server: it says "* OK ready"`},
		{"pop3", "+OKAY\r\n", `this is no pop3 server: it says "+OKAY"`},
		{"pop3", "-ERR busy\r\n", "service refused (pop3): -ERR busy"},
		{"pop3", pop3 + "+OK\r\nTOP\r\n.\r\n", "STARTTLS is not offered (pop3)"},
		{"pop3", pop3 + "-ERR\r\n-ERR no\r\n", "STARTTLS refused (pop3): -ERR no"},
		{"pop3", pop3 + "-ERR\r\nSTLS\r\n", `malformed answer to STLS (pop3): "STLS"`},
		{"ldap", ldapSays(1, 2, "unsupported", ""), `STARTTLS refused (ldap): protocol error (2), "unsupported"`},
		{"ldap", ldapSays(1, 52, "", oidStartTLS), "STARTTLS refused (ldap): unavailable (52)"},
		{"ldap", ldapSays(1, 99, "", ""), "STARTTLS refused (ldap): result (99)"},
		{"ldap", ldapSays(0, 51, "later", oidDisconnect), `service refused (ldap): busy (51), "later"`},
		{"ldap", ldapSays(2, 0, "", oidStartTLS), `malformed answer to STARTTLS (ldap): it answers request 2, "1.3.6.1.4.1.1466.20037"`},
		{"ldap", ldapSays(1, 0, "", "1.2"), `malformed answer to STARTTLS (ldap): it answers request 1, "1.2"`},
		{"ldap", "\x30\x80\x02\x01", "malformed answer to STARTTLS (ldap): a length that LDAP does not have"},
		{"ldap", "\x30\x84\x7f\xff\xff\xff\x00", "malformed answer to STARTTLS (ldap): a message of 2147483647 bytes"},
		{"ldap", "\x30\x84\xff\xff\xff\xff\x00", "malformed answer to STARTTLS (ldap): a length that LDAP does not have"},
		{"smtp", "J\x00\x00\x00\n8.0.36\x00", `this is no smtp server: it says "J\x00\x00\x00\n8.0.36\x00"`},
		{"ldap", smtp, `this is no ldap server: it says "220 mail ESMTP"`},
		{"postgres", "N", "STARTTLS is not offered (postgres)"},
		{"postgres", "E\x00\x00\x00\x19SFATAL\x00C53300\x00Mbusy\x00\x00", "service refused (postgres): FATAL: busy"},
		{"postgres", "Ecould not fork\n\x00", "service refused (postgres): could not fork"},
		{"postgres", "E\x00\x00\x00\x03", "malformed answer to the request for TLS (postgres): an error message of 3 bytes"},
		{"postgres", "E\x00\x00\x00\x06SF", `malformed answer to the request for TLS (postgres): "E\x00\x00\x00\x06SF"`},
		{"postgres", "HTTP/1.1 400 Bad Request\r\n\r\n", `this is no postgres server: it says "HTTP/1.1 400 Bad Request"`},
		{"mysql", mysqlGreets(0xa285), "STARTTLS is not offered (mysql)"},
		{"mysql", mysqlSays("\xff\x6a\x04Host 'x' is not allowed"), "service refused (mysql): 1130 Host 'x' is not allowed"},
		{"mysql", mysqlSays("\xff\x10\x04#08004Too many"), "service refused (mysql): 1040 Too many"},
		{"mysql", mysqlSays("\xff\x10"), "malformed greeting (mysql): an error without a number"},
		{"mysql", mysqlSays("\x093.20"), "malformed greeting (mysql): version 9 of the protocol"},
		{"mysql", mysqlSays("\x0a8.0\x00short"), `malformed greeting (mysql): "\n8.0\x00short"`},
		{"mysql", smtp, `this is no mysql server: it says "220 mail ESMTP"`},
		{"xmpp", "<?xml version='1.0'?><html>", `this is no xmpp server: it says "<?xml version='1.0'?><html>"`},
		{"xmpp", "HTTP/1.1 400 Bad\r\n", `this is no xmpp server: it says "HTTP/1.1 400 Bad"`},
		{"xmpp", xmppAnswers + "<stream:features/>", "STARTTLS is not offered (xmpp)"},
		{"xmpp", xmppAnswers + "<stream:features><starttls/></stream:features>", "STARTTLS is not offered (xmpp)"},
		{"xmpp", xmppAnswers + "<stream:features><x>" + "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></x></stream:features>", "STARTTLS is not offered (xmpp)"},
		{"xmpp", xmppAnswers + "<stream:error><host-unknown xmlns='e'/><text xmlns='e'>who?</text></stream:error></stream:stream>",
			`service refused (xmpp): host-unknown, "who?"`},
		{"xmpp", xmppAnswers + "<stream:error/>", "service refused (xmpp): stream error"},
		{"xmpp", xmppAnswers + "<stream:features></stream:feature>", `malformed list of features (xmpp): "</stream:feature>"`},
		{"xmpp", xmppAnswers + "<!-- -->", `malformed list of features (xmpp): "<!-- -->"`},
		{"xmpp", xmppAnswers + "</stream:stream>", `malformed list of features (xmpp): "</stream:stream>"`},
		{"xmpp", xmppAnswers + xmppOffers + "<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:stream>", "STARTTLS refused (xmpp): failure"},
		{"xmpp", xmppAnswers + xmppOffers + "<proceed/>", `malformed answer to STARTTLS (xmpp): "<proceed/>"`},
		{"xmpp", xmppAnswers + xmppOffers + "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'><a/></proceed>", `malformed answer to STARTTLS (xmpp): "<a/>"`},
	} {
		_, err := against(c.protocol, c.says)
		if err == nil || err.Error() != c.want || KindOf(err) != KindTLS {
			t.Errorf("%s server that says %.90q:\n got %v\nwant %s", c.protocol, c.says, err, c.want)
		}
	}
}

func TestStartTLSNamesTLSFromTheFirstByte(t *testing.T) {
	for _, protocol := range StartTLSProtocols() {
		for _, says := range []string{"\x15\x03\x01\x00\x02\x02\x28", "\x16\x03\x01\x02\x00"} {
			_, err := against(protocol, says)
			if err == nil || err.Error() != "this is no "+protocol+" server: it speaks TLS from the first byte" {
				t.Errorf("%s: %v", protocol, err)
			}
		}
	}
}

// Whoever greets first is told from every other protocol by its greeting.
func TestStartTLSKnowsAStrangerByItsGreeting(t *testing.T) {
	for _, server := range goodDialogues() {
		for _, protocol := range StartTLSProtocols() {
			if server.turns[0].wants != "" || protocol == server.protocol {
				continue
			}
			_, err := against(protocol, server.turns[0].says)
			if want := "this is no " + protocol + " server: it says \""; err == nil || !strings.HasPrefix(err.Error(), want) {
				t.Errorf("a %s server asked for %s: %v, want %s...", server.protocol, protocol, err, want)
			}
		}
	}
}

// startTLSBound is the most that a server can make us read.
const startTLSBound = maxStartTLSLines*maxStartTLSLine + 3*maxStartTLSMessage

func TestStartTLSEndsAFloodEarly(t *testing.T) {
	const many = 1 << 20
	ldapLong := "\x30\x82\xff\xff"
	for _, opening := range []string{"", "2", "220-", "220 a\r\n250-", "* OK\r\n", "* OK a", "+OK\r\n+OK\r\n", "-ERR ", ldapLong, "E", "E\x00\x00\xff\xff",
		"\xff\xff\x00\x00\x0a", "\xfc\xff\x00\x00\xff", "<", "<stream ", "<a b='", xmppAnswers, xmppAnswers + "<stream:features>", xmppAnswers + "<stream:error>"} {
		for _, flood := range []string{"A", "\x00", "\n", " ", "220-a\r\n", "* a\r\n", "a\n", "<a>", "</", "x='y' ", "xmlns:a='", "\x04\x00"} {
			says := opening + strings.Repeat(flood, many/len(flood))
			for _, protocol := range StartTLSProtocols() {
				n, err := against(protocol, says)
				if KindOf(err) != KindTLS || n > startTLSBound {
					t.Errorf("%s server that says %.20q and %q for ever: %d bytes read, %v", protocol, opening, flood, n, err)
				}
				checkStartTLSError(t, err)
			}
		}
	}
}

// checkStartTLSError looks at what no server may make of a message.
func checkStartTLSError(t *testing.T, err error) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) || e.Addr != "" {
		t.Fatalf("%#v is not an Error without an address", err)
	}
	if len(e.What) > 1000 || strings.ContainsFunc(e.What, func(r rune) bool { return !strconv.IsPrint(r) }) {
		t.Fatalf("cannot be printed: %q", e.What)
	}
}

// A server that awaits a TLS handshake says nothing at all, or closes.
func TestStartTLSHintsAtTLSFromTheFirstByteWhereNothingIsSaid(t *testing.T) {
	for says, hinted := range map[string]bool{"": true, "220 ma": false, "220 mail\r\n": false} {
		var e *Error
		if _, err := against("smtp", says); !errors.As(err, &e) || (e.Hint != "") != hinted {
			t.Errorf("%q: %v, hint %q", says, err, e.Hint)
		}
	}
}

// A connection that fails keeps its kind, so that the caller can name the clock.
func TestStartTLSKeepsTheKindOfAFailedConnection(t *testing.T) {
	for _, c := range []struct {
		err  error
		kind Kind
		want string
	}{
		{os.ErrDeadlineExceeded, KindTimeout, "no greeting (imap)"},
		{&net.OpError{Op: "read", Err: os.NewSyscallError("read", syscall.ECONNRESET)}, KindReset, "no greeting (imap): reset"},
	} {
		rw := struct {
			io.Reader
			io.Writer
		}{iotest.ErrReader(c.err), io.Discard}
		err := startTLS("imap", rw, "host")
		if KindOf(err) != c.kind || err.Error() != c.want || !errors.Is(err, c.err) {
			t.Errorf("%v: %v (kind %v)", c.err, err, KindOf(err))
		}
		checkStartTLSError(t, err)
	}
	client, server := net.Pipe()
	_ = server.Close()
	if err := startTLS("ldap", client, "host"); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("%v", err)
	}
}

func TestStartTLSRefusesAnUnknownProtocol(t *testing.T) {
	if err := startTLS("telnet", nil, "host"); KindOf(err) != KindUsage {
		t.Error(err)
	}
}

// FuzzStartTLS plays a server that says anything: nothing but an Error may come of
// it, after bounded reading; and a success needs its last byte.
func FuzzStartTLS(f *testing.F) {
	protocols := StartTLSProtocols()
	for _, good := range goodDialogues() {
		said := allSaid(good.turns)
		i := uint8(slices.Index(protocols, good.protocol))
		f.Add(i, []byte(said))
		f.Add(i, []byte(said+"more"))
		f.Add(i, []byte(said[:len(said)/2]))
		f.Add(i+1, []byte(said))
	}
	f.Add(uint8(3), []byte(ldapSays(1, 2, "no", oidDisconnect)))
	f.Add(uint8(4), []byte("E\x00\x00\x00\x19SFATAL\x00C53300\x00Mbusy\x00\x00"))
	f.Add(uint8(5), []byte(mysqlSays("\xff\x10\x04#08004Too many")))
	f.Add(uint8(6), []byte(xmppAnswers+"<stream:error><a/><text>b</text></stream:error>"))
	f.Fuzz(func(t *testing.T, i uint8, says []byte) {
		protocol := protocols[int(i)%len(protocols)]
		n, err := against(protocol, string(says))
		if n > startTLSBound {
			t.Fatalf("%s: %d bytes read", protocol, n)
		}
		if err != nil {
			checkStartTLSError(t, err)
			if KindOf(err) != KindTLS {
				t.Fatal(err)
			}
			return
		}
		if m, err := against(protocol, string(says[:n])); err != nil || m != n {
			t.Fatalf("%s: %d of %d bytes read where they are all, %v", protocol, m, n, err)
		}
		if _, err := against(protocol, string(says[:n-1])); err == nil {
			t.Fatalf("%s: started without the last of %d bytes", protocol, n)
		}
	})
}
