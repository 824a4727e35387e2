package main

import stdflag "flag"

// A flag is one row of the table of flags: there is one set, and a letter means
// the same in every mode. Parser, help and tests read the table.
type flag struct {
	letter   byte   // 0: none
	long     string // empty: only the letter
	value    string // what the value is called in help; empty: takes none
	optional bool   // the value may be left out, else it follows "="
	modes    string // the initials of the modes that take it
	help     string // for --help; empty: not said there
}

// Apply makes the row known to urfave/cli, to which it is a flag as it stands:
// the library's own types look at their names with a regular expression. Values
// stay words: options reads them, so that one place says what is wrong with them.
func (f *flag) Apply(set *stdflag.FlagSet) error {
	switch {
	case f.letter == 'v':
		set.Int(f.name(), 0, "")
	case f.value == "":
		set.Bool(f.name(), false, "")
	default:
		set.String(f.name(), "", "")
	}
	return nil
}

// Names is what urfave/cli knows the flag by.
func (f *flag) Names() []string { return []string{f.name()} }

// IsSet reports whether the environment gives the flag: none does.
func (f *flag) IsSet() bool { return false }

// String is the flag in urfave/cli's own help, which fid does not show.
func (f *flag) String() string { return f.typed() }

// flags is the table of flags.
func flags() []flag {
	return []flag{
		{'4', "ipv4", "", false, "LCER", "IPv4 only"},
		{'6', "ipv6", "", false, "LCER", "IPv6 only"},
		{'b', "broadcast", "", false, "C", "UDP: to all hosts"},
		{'c', "sh-exec", "CMD", false, "LC", "sh -c, not stdin"},
		{'C', "crlf", "", false, "LC", "LF sent as CRLF"},
		{'d', "no-stdin", "", false, "LC", "receive only"},
		{'e', "exec", "CMD", false, "LC", "CMD, not stdin"},
		{'h', "help", "", false, "LCER", ""},
		{'i', "interval", "DUR", false, "LC", "pause in between"},
		{'I', "recv-buffer", "SIZE", false, "LCER", "receive buffer"},
		{'k', "keep-open", "", false, "L", "more clients at once"},
		{'l', "listen", "", false, "L", "listen"},
		{'M', "ttl", "N", false, "LCER", "TTL, hop limit"},
		{'n', "numeric", "", false, "LCER", "no look-ups"},
		{'N', "half-close", "", false, "LC", "FIN even if held"},
		{'O', "send-buffer", "SIZE", false, "LCER", "send buffer"},
		{'p', "source-port", "PORT", false, "LC", "port to use"},
		{'P', "proxy-user", "USER", false, "C", "asks a password"},
		{'q', "linger", "DUR", false, "LC", "limit on the reply"},
		{'r', "random", "", false, "C", "-z in random order"},
		{'s', "source", "ADDR", false, "LC", "address to use"},
		{'t', "telnet", "", false, "LC", "refuse its options"},
		{'T', "tos", "VAL", false, "LCER", "DSCP name or number"},
		{'u', "udp", "", false, "LCER", "datagrams over UDP"},
		{'U', "unix", "", false, "LC", "the word is a path"},
		{'v', "verbose", "", false, "LCER", "who, how; -vv: steps"},
		{'w', "", "DUR", false, "LC", "limit connect, idle"},
		{'W', "recv-count", "N", false, "C", "so many datagrams"},
		{'x', "proxy", "ADDR", false, "C", "through this proxy"},
		{'X', "proxy-type", "TYPE", false, "C", "5 4 4A connect"},
		{'z', "probe", "", false, "C", "which ports are open"},
		{0, "accept-timeout", "DUR", false, "L", "until a client"},
		{0, "allow", "LIST", false, "LER", "who may connect"},
		{0, "alpn", "LIST", false, "LCER", "TLS: protocols"},
		{0, "broker", "", false, "L", "clients to clients"},
		{0, "ca", "FILE", false, "CR", "TLS: roots to trust"},
		{0, "cert", "FILE", false, "LCER", "TLS: our certificate"},
		{0, "chat", "", false, "L", "broker, with names"},
		{0, "client-ca", "FILE", false, "LER", "TLS: clients' roots"},
		{0, "connect-timeout", "DUR", false, "LCER", "until connected"},
		{0, "count", "N", false, "C", "probes to send"},
		{0, "deadline", "DUR", false, "LCER", "for the whole run"},
		{0, "deny", "LIST", false, "LER", "who may not"},
		{0, "device", "IFACE", false, "LCER", "interface to use"},
		{0, "echo", "", false, "C", "check an echo"},
		{0, "first-byte-timeout", "DUR", false, "LC", "until a byte"},
		{0, "hangup", "", false, "LC", "end with the far end"},
		{0, "idle-timeout", "DUR", false, "LCER", "without any byte"},
		{0, "insecure", "", false, "CR", "TLS: trust anybody"},
		{0, "json", "[=FILE|fd:N]", true, "LCER", "events, one a line"},
		{0, "keepalive", "DUR", false, "LCER", "0: off"},
		{0, "key", "FILE", false, "LCER", "TLS: its key"},
		{0, "max-conns", "N", false, "LER", "clients at once"},
		{0, "min-ttl", "N", false, "LCER", "drop what has less"},
		{0, "nagle", "", false, "LCER", "small writes wait"},
		{0, "name", "HOST", false, "CR", "TLS: name expected"},
		{0, "no-half-close", "", false, "LC", "no FIN at input's end"},
		{0, "once", "", false, "ER", "end after one client"},
		{0, "output", "PATTERN", false, "L", "into files"},
		{0, "pin", "SHA256", false, "CR", "TLS: key expected"},
		{0, "proxy-password-file", "FILE", false, "C", ""},
		{0, "pty", "", false, "LCR", "CMD has a terminal"},
		{0, "ready-fd", "N", false, "LER", "write the address"},
		{0, "ready-file", "FILE", false, "LER", "write the address"},
		{0, "recv-only", "", false, "LC", ""},
		{0, "send-only", "", false, "LC", "drop what comes"},
		{0, "size", "N", false, "C", "bytes of a probe"},
		{0, "starttls", "PROTO", false, "CR", "ask for TLS first"},
		{0, "tls", "", false, "LCER", "as tls:HOST:PORT"},
		{0, "version", "", false, "LCER", ""},
		{0, "wait", "DUR", false, "C", "retry until there"},
	}
}

// A refusal is a flag that people know from elsewhere and fid does not take.
type refusal struct {
	letter byte
	long   string
	why    string
	hint   string
}

// refusals is the table of flags that are refused by name.
func refusals() []refusal {
	const later = "is not in this version of fid"
	return []refusal{
		{'m', "", "means too many things elsewhere", "--max-conns N limits the sessions at once, --min-ttl N the packets taken"},
		{'o', "", "has no meaning here", ""},
		{'D', "", "has no meaning here", ""},
		{'F', "", "has no meaning here", ""},
		{'S', "", "has no meaning here", ""},
		{'V', "", "has no meaning here", "--version prints the version"},
		{'g', "", "has no meaning here: no host takes source routes", ""},
		{'G', "", "has no meaning here: no host takes source routes", ""},
		{'H', "", "is the hash of a certificate elsewhere", "--pin sha256:... expects a key"},
		{'K', "", "names a file with a key elsewhere", "--key FILE"},
		{'R', "", "names a file of roots elsewhere", "--ca FILE"},
		{'Z', "", "has no meaning here", ""},
		{0, "ssl", "is ncat's word", "--tls, or an address tls:HOST:PORT; it is verified: --insecure, --pin, --ca"},
		{0, "send", later, ""},
		{0, "send-hex", later, ""},
		{0, "expect", later, ""},
		{0, "stay", later, ""},
		{0, "banner", later, ""},
		{0, "raw", later, ""},
		{0, "hex", later, ""},
		{0, "hex-dump", later, ""},
		{0, "text", later, ""},
		{0, "pcap", later, ""},
		{0, "digest", later, ""},
		{0, "limit", later, ""},
		{0, "progress", later, ""},
		{0, "no-progress", later, ""},
		{0, "raw-output", later, ""},
	}
}
