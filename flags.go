package main

// A flag is one row of the table of flags: there is one set, and a letter means
// the same in every mode. Parser, help, completions and tests read the table.
type flag struct {
	letter   byte   // 0: none
	long     string // empty: only the letter
	value    string // what the value is called in help; empty: takes none
	optional bool   // the value may be left out, else it follows "="
	modes    string // the initials of the modes that take it
	help     string
}

// The initials of the modes, in the order of their names in help.
const allModes = "LCER"

// flags is the table of flags.
func flags() []flag {
	return []flag{
		{'4', "ipv4", "", false, "LCER", "IPv4 only"},
		{'6', "ipv6", "", false, "LCER", "IPv6 only"},
		{'d', "no-stdin", "", false, "LC", "receive only"},
		{'h', "help", "", false, "LCER", "this help"},
		{'i', "interval", "DUR", false, "C", "pause between ports, probes"},
		{'k', "keep-open", "", false, "L", "more clients, in parallel"},
		{'l', "listen", "", false, "L", "listen, without a mode word"},
		{'n', "numeric", "", false, "LCER", "no look-ups"},
		{'N', "half-close", "", false, "LC", "FIN also where it is held"},
		{'p', "source-port", "PORT", false, "LC", "from (listen: on) this port"},
		{'q', "linger", "DUR", false, "LC", "so long for the reply"},
		{'r', "random", "", false, "C", "-z in random order"},
		{'s', "source", "ADDR", false, "LC", "from (listen: on) this IP"},
		{'U', "unix", "", false, "LC", "the word is a socket's path"},
		{'v', "verbose", "", false, "LCER", "who, how ended; -vv: steps"},
		{'w', "", "DUR", false, "LC", "limit connect and idle"},
		{'z', "probe", "", false, "C", "which ports are open"},
		{0, "accept-timeout", "DUR", false, "L", "until a client comes"},
		{0, "connect-timeout", "DUR", false, "CR", "look-up to connected (10 s)"},
		{0, "count", "N", false, "C", "probes (1)"},
		{0, "deadline", "DUR", false, "LCER", "the whole run"},
		{0, "echo", "", false, "C", "check an echo"},
		{0, "first-byte-timeout", "DUR", false, "LC", "until the far end's first"},
		{0, "hangup", "", false, "LC", "end with the far end"},
		{0, "idle-timeout", "DUR", false, "LCER", "without a byte either way"},
		{0, "json", "[=FILE|fd:N]", true, "LCER", "events, an object a line"},
		{0, "max-conns", "N", false, "LER", "sessions at once"},
		{0, "no-half-close", "", false, "LC", "no FIN at the input's end"},
		{0, "once", "", false, "ER", "one session, then end"},
		{0, "ready-fd", "N", false, "LER", "write the address there"},
		{0, "ready-file", "FILE", false, "LER", "the same, once it accepts"},
		{0, "recv-only", "", false, "LC", "send nothing (as -d)"},
		{0, "send-only", "", false, "LC", "throw away what comes"},
		{0, "size", "N", false, "C", "bytes of a probe (64)"},
		{0, "version", "", false, "LCER", "print the version"},
		{0, "wait", "DUR", false, "C", "try again until it is there"},
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
		{'b', "broadcast", later + " (UDP)", ""},
		{'c', "sh-exec", later + " (commands)", ""},
		{'C', "crlf", later + " (CRLF)", ""},
		{'e', "exec", later + " (commands)", ""},
		{'I', "recv-buffer", later + " (socket options)", ""},
		{'M', "ttl", later + " (socket options)", ""},
		{'O', "send-buffer", later + " (socket options)", ""},
		{'P', "proxy-user", later + " (proxies)", ""},
		{'t', "telnet", later + " (telnet)", ""},
		{'T', "tos", later + " (socket options)", ""},
		{'u', "udp", later + " (UDP)", ""},
		{'W', "recv-count", later + " (datagrams)", ""},
		{'x', "proxy", later + " (proxies)", ""},
		{'X', "proxy-type", later + " (proxies)", ""},
		{'m', "", "means too many things elsewhere", "--max-conns N limits the sessions at once"},
		{'o', "", "has no meaning here", ""},
		{'D', "", "has no meaning here", ""},
		{'F', "", "has no meaning here", ""},
		{'S', "", "has no meaning here", ""},
		{'V', "", "has no meaning here", "--version prints the version"},
		{'g', "", "has no meaning here: no host takes source routes", ""},
		{'G', "", "has no meaning here: no host takes source routes", ""},
		{'H', "", later + " (TLS)", ""},
		{'K', "", later + " (TLS)", ""},
		{'R', "", later + " (TLS)", ""},
		{'Z', "", "has no meaning here", ""},
		{0, "ssl", later + " (TLS)", ""}, {0, "tls", later + " (TLS)", ""}, {0, "ca", later + " (TLS)", ""},
		{0, "name", later + " (TLS)", ""}, {0, "alpn", later + " (TLS)", ""}, {0, "cert", later + " (TLS)", ""},
		{0, "key", later + " (TLS)", ""}, {0, "client-ca", later + " (TLS)", ""}, {0, "pin", later + " (TLS)", ""},
		{0, "insecure", later + " (TLS)", ""}, {0, "starttls", later + " (TLS)", ""},
		{0, "send", later, ""}, {0, "send-hex", later, ""}, {0, "expect", later, ""},
		{0, "stay", later, ""}, {0, "banner", later, ""}, {0, "output", later, ""},
		{0, "allow", later, ""}, {0, "deny", later, ""}, {0, "broker", later, ""}, {0, "chat", later, ""},
		{0, "min-ttl", later, ""}, {0, "pty", later, ""}, {0, "raw", later, ""},
		{0, "hex", later, ""}, {0, "hex-dump", later, ""}, {0, "text", later, ""}, {0, "pcap", later, ""}, {0, "digest", later, ""},
		{0, "limit", later, ""}, {0, "progress", later, ""}, {0, "no-progress", later, ""}, {0, "raw-output", later, ""},
		{0, "keepalive", later, ""},
	}
}
