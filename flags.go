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
		{'d', "no-stdin", "", false, "LC", "receive only: standard input taken as closed"},
		{'h', "help", "", false, "LCER", "this help"},
		{'i', "interval", "DUR", false, "C", "pause between ports (-z) or probes (--echo)"},
		{'k', "keep-open", "", false, "L", "serve further clients, in parallel"},
		{'l', "listen", "", false, "LC", "listen (where no mode is named)"},
		{'n', "numeric", "", false, "LCER", "no look-ups: a name is an error"},
		{'N', "half-close", "", false, "LC", "FIN at the input's end also where it would be held"},
		{'p', "source-port", "PORT", false, "LC", "dial from this port; in listen: the port to bind"},
		{'q', "linger", "DUR", false, "LC", "after the input's end wait so long for the reply; -1: for ever"},
		{'r', "random", "", false, "C", "ports of -z in random order"},
		{'s', "source", "ADDR", false, "LC", "dial from this address; in listen: the one to bind"},
		{'U', "unix", "", false, "LC", "the word is the path of a Unix socket (@x: abstract)"},
		{'v', "verbose", "", false, "LCER", "who, how it ended, bytes; -vv: every step"},
		{'w', "", "DUR", false, "LC", "limit connect and idle"},
		{'z', "probe", "", false, "C", "connect, say so, close: ports, lists, ranges"},
		{0, "accept-timeout", "DUR", false, "L", "give up when no client comes"},
		{0, "connect-timeout", "DUR", false, "CR", "limit look-up and all addresses together (10)"},
		{0, "count", "N", false, "C", "probes of --echo (1)"},
		{0, "deadline", "DUR", false, "LCER", "limit the whole run"},
		{0, "echo", "", false, "C", "check an echo: send, compare, report"},
		{0, "first-byte-timeout", "DUR", false, "LC", "give up when the far end says nothing"},
		{0, "hangup", "", false, "LC", "end when the far end has finished"},
		{0, "idle-timeout", "DUR", false, "LCER", "give up when no byte passes either way"},
		{0, "json", "FILE|fd:N", true, "LCER", "events as JSON, an object a line (standard error)"},
		{0, "max-conns", "N", false, "LER", "sessions at once; more wait in the backlog"},
		{0, "no-half-close", "", false, "LC", "no FIN at the input's end"},
		{0, "once", "", false, "ER", "end after the first session"},
		{0, "ready-fd", "N", false, "LER", "write the address there once it accepts"},
		{0, "ready-file", "FILE", false, "LER", "the same, a file made in one step"},
		{0, "recv-only", "", false, "LC", "send nothing (as -d)"},
		{0, "send-only", "", false, "LC", "throw away what comes; end once ours is acknowledged"},
		{0, "size", "N", false, "C", "bytes of a probe of --echo (64)"},
		{0, "version", "", false, "LCER", "print the version"},
		{0, "wait", "DUR", false, "C", "try again for so long until somebody is there"},
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
