package main

// The table of flags, a part for each thing that they are about.

func flagGroups() []flagGroup {
	return []flagGroup{
		{"from where, how long", connectionFlags()},
		{"when it ends", endingFlags()},
		{"checks", checkFlags()},
		{"clients", servingFlags()},
		{"lines", lineFlags()},
		{"a dialogue", dialogueFlags()},
		{"what passes", sightFlags()},
		{"datagrams", datagramFlags()},
		{"commands", commandFlags()},
		{"TLS", encryptionFlags()},
		{"proxies", proxyFlags()},
		{"sockets", socketFlags()},
		{"what is told", talkFlags()},
	}
}

func connectionFlags() []flag {
	return []flag{
		{'4', "ipv4", "", false, "LCER", "IPv4 only"},
		{'6', "ipv6", "", false, "LCER", "IPv6 only"},
		{'n', "numeric", "", false, "LCER", "no look-ups"},
		{'p', "source-port", "PORT", false, "LC", "port to use"},
		{'s', "source", "ADDR", false, "LC", "address to use"},
		{'U', "unix", "", false, "LC", "the word is a path"},
		{'w', "", "DUR", false, "LC", "limit connect, idle"},
		{0, "accept-timeout", "DUR", false, "L", "until a client"},
		{0, "connect-timeout", "DUR", false, "LCER", "connecting, TLS"},
		{0, "deadline", "DUR", false, "LCER", "for the whole run"},
		{0, "first-byte-timeout", "DUR", false, "LC", "until a byte"},
		{0, "idle-timeout", "DUR", false, "LCER", "without any byte"},
		{0, "wait", "DUR", false, "C", "retry until there"},
	}
}

func endingFlags() []flag {
	return []flag{
		{'d', "no-stdin", "", false, "LC", "receive only"},
		{'N', "half-close", "", false, "LC", "FIN even if held"},
		{'q', "linger", "DUR", false, "LC", "limit on the reply"},
		{0, "hangup", "", false, "LC", "end with the far end"},
		{0, "no-half-close", "", false, "LC", "hold the FIN back"},
		{0, "recv-only", "", false, "LC", ""},
		{0, "send-only", "", false, "LC", "drop what comes"},
	}
}

func checkFlags() []flag {
	return []flag{
		{'z', "probe", "", false, "C", "which ports are open"},
		{'r', "random", "", false, "C", "-z in random order"},
		{0, "echo", "", false, "C", "check an echo"},
		{0, "banner", "", false, "C", "-z: what it says"},
		{0, "count", "N", false, "C", "probes, or connects"},
		{0, "stay", "DUR", false, "C", "-z: open so long"},
		{0, "size", "N", false, "C", "bytes of a probe"},
	}
}

func servingFlags() []flag {
	return []flag{
		{'k', "keep-open", "", false, "L", "more clients at once"},
		{'l', "listen", "", false, "L", "listen"},
		{0, "allow", "LIST", false, "LER", "who may connect"},
		{0, "deny", "LIST", false, "LER", "who may not"},
		{0, "max-conns", "N", false, "LER", "clients at once"},
		{0, "once", "", false, "ER", "end after one client"},
		{0, "broker", "", false, "L", "clients to clients"},
		{0, "chat", "", false, "L", "broker, with names"},
		{0, "output", "PATTERN", false, "L", "into files"},
	}
}

func lineFlags() []flag {
	return []flag{
		{'C', "crlf", "", false, "LC", "LF sent as CRLF"},
		{'i', "interval", "DUR", false, "LC", "pause in between"},
		{'t', "telnet", "", false, "LC", "refuse its options"},
		{0, "raw", "[=KEY]", true, "LC", "keys as typed"},
		{0, "raw-output", "", false, "LC", "controls unescaped"},
	}
}

func dialogueFlags() []flag {
	return []flag{
		{0, "send", "TEXT", false, "LC", "say it; no stdin"},
		{0, "send-hex", "HEX", false, "LC", "say these bytes"},
		{0, "expect", "RE", false, "LC", "await it, or exit 12"},
	}
}

func sightFlags() []flag {
	return []flag{
		{0, "hex", "[=FILE]", true, "LCER", "a hex dump"},
		{0, "text", "", false, "LCER", "the dump as text"},
		{0, "pcap", "FILE", false, "LCER", "for Wireshark"},
		{0, "digest", "ALG", false, "LCER", "sha256 each way"},
		{0, "limit", "RATE", false, "LCER", "bytes a second"},
		{0, "no-progress", "", false, "LC", ""},
		{0, "progress", "", false, "LC", "how far it is"},
	}
}

func datagramFlags() []flag {
	return []flag{
		{'u', "udp", "", false, "LCER", "datagrams over UDP"},
		{'b', "broadcast", "", false, "C", "to all hosts"},
		{'W', "recv-count", "N", false, "C", "so many datagrams"},
	}
}

func commandFlags() []flag {
	return []flag{
		{'c', "sh-exec", "CMD", false, "LC", "sh -c, not stdin"},
		{'e', "exec", "CMD", false, "LC", "CMD, not stdin"},
		{0, "pty", "", false, "LCR", "CMD has a terminal"},
	}
}

func encryptionFlags() []flag {
	return []flag{
		{0, "tls", "", false, "LCE", "as tls:HOST:PORT"},
		{0, "alpn", "LIST", false, "LCER", "protocols"},
		{0, "ca", "FILE", false, "CR", "roots to trust"},
		{0, "cert", "FILE", false, "LCER", "our certificate"},
		{0, "client-ca", "FILE", false, "LER", "clients' roots"},
		{0, "insecure", "", false, "CR", "trust anybody"},
		{0, "key", "FILE", false, "LCER", "its key"},
		{0, "name", "HOST", false, "CR", "name expected"},
		{0, "pin", "SHA256", false, "CR", "key expected"},
		{0, "starttls", "PROTO", false, "CR", "ask for TLS first"},
	}
}

func proxyFlags() []flag {
	return []flag{
		{'x', "proxy", "ADDR", false, "C", "through this proxy"},
		{'X', "proxy-type", "TYPE", false, "C", "5 4 4A connect"},
		{'P', "proxy-user", "USER", false, "C", "asks a password"},
		{0, "proxy-password-file", "FILE", false, "C", ""},
	}
}

func socketFlags() []flag {
	return []flag{
		{'I', "recv-buffer", "SIZE", false, "LCER", "receive buffer"},
		{'O', "send-buffer", "SIZE", false, "LCER", "send buffer"},
		{'M', "ttl", "N", false, "LCER", "TTL, hop limit"},
		{'T', "tos", "VAL", false, "LCER", "DSCP name or number"},
		{0, "device", "IFACE", false, "LCER", "interface to use"},
		{0, "keepalive", "DUR", false, "LCER", "0: off"},
		{0, "min-ttl", "N", false, "LCER", "drop what has less"},
		{0, "nagle", "", false, "LCER", "small writes wait"},
	}
}

func talkFlags() []flag {
	return []flag{
		{'h', "help", "", false, "LCER", ""},
		{0, "completion", "SHELL", false, "LCER", "for the Tab key"},
		{'v', "verbose", "", false, "LCER", "who, how; -vv: steps"},
		{0, "json", "[=FILE|fd:N]", true, "LCER", "events, one a line"},
		{0, "ready-fd", "N", false, "LER", "write the address"},
		{0, "ready-file", "FILE", false, "LER", "write the address"},
		{0, "version", "", false, "LCER", ""},
	}
}
