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

// A flagGroup is a part of the table of flags, which help shows under its title.
type flagGroup struct {
	title string
	flags []flag
}

// flags is the table of flags: there is one set.
func flags() []flag {
	list := make([]flag, 0, 96) // there are not as many
	for _, g := range flagGroups() {
		list = append(list, g.flags...)
	}
	return list
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
	return []refusal{
		{'m', "", "means too many things elsewhere", "--max-conns N limits the sessions at once, --min-ttl N the packets taken"},
		{'o', "", "is a dump in some nc", "--hex=FILE for a dump, --output PATTERN for the data"},
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
		{0, "ssl-verify", "is ncat's word", "--tls verifies, unless --insecure is there"},
		{0, "ssl-trustfile", "is ncat's word", "--ca FILE"},
		{0, "hex-dump", "is ncat's word", "--hex=FILE"},
		{0, "append-output", "is ncat's word", ">> FILE"},
		{0, "nodns", "is ncat's word", "-n"},
		{0, "delay", "is ncat's word", "-i DUR"},
		{0, "no-shutdown", "is ncat's word", "--no-half-close"},
		{0, "proxy-auth", "is ncat's word", "-P USER"},
		{0, "proxy-dns", "is ncat's word", "-x socks5h://HOST:PORT looks names up at the proxy, socks5:// here"},
		{0, "allowfile", "is ncat's word", "--allow @FILE"},
		{0, "denyfile", "is ncat's word", "--deny @FILE"},
	}
}
