package main

import (
	"fmt"
	"os"
	"runtime/debug"
	"strings"

	"golang.org/x/term"
)

// overview is what fid says when it is asked nothing in particular.
const overview = `fid: join standard input and output, or a second socket, to a stream

  fid listen 9000 > big.iso               receive a file
  fid connect HOST 9000 < big.iso         send it, from the other host
  fid connect -z --wait 30s db 5432       wait until a port is open
  fid connect --echo --count 5 HOST 7     check an echo
  fid relay --hex 8080 db:5432            forward a port, and see what passes
  fid echo 7000                           serve an echo

fid [connect] [flags] HOST PORT | ADDRESS
fid listen [flags] [HOST] PORT | ADDRESS              (fid -l is the same)
fid echo [flags] [HOST] PORT | ADDRESS
fid relay [flags] LISTEN TARGET
ADDRESS: HOST:PORT  [v6]:PORT  tls:HOST:PORT  udp:HOST:PORT  unix:PATH
         file:PATH  exec:CMD  echo:  discard:  zero:     (letters are nc's)

exit: 0 all delivered  2 usage  3 name  4 refused  5 clock  6 broken
      7 unreachable  8 TLS  9 local  10 bind  11 proxy  12 check  13 denied
fid MODE --help: its flags      man fid: everything
`

// overviewOfNC is the same under the name nc, which has no mode words.
const overviewOfNC = `nc: fid under the name nc: no mode words, FIN at the input's end with -N or -q

  nc -l 9000 > big.iso                    receive a file
  nc -N HOST 9000 < big.iso               send it, from the other host
  nc -zv HOST 20-30                       which ports are open

nc [flags] HOST PORT                      nc -l [flags] [HOST] PORT

`

// opening is how each mode's help begins: examples first.
func opening(mode string) string {
	switch mode {
	case "listen":
		return `fid listen: join standard input and output to a client

  fid listen 9000 > big.iso               receive a file
  fid listen 9000 < big.iso               send one to whoever connects
  fid listen -k --ready-file r 0 >> log   many clients, a free port, told in r

fid listen [flags] [HOST] PORT | ADDRESS
ADDRESS: HOST:PORT  [v6]:PORT  tls:HOST:PORT  udp:HOST:PORT
         unix:PATH  unix-dgram:PATH  unix-seqpacket:PATH
`
	case "connect":
		return `fid connect: join standard input and output to a server

  fid connect HOST 9000 < big.iso         send a file
  fid connect -z --wait 30s db 5432       wait until a port is open
  fid connect --echo --count 5 HOST 7     check an echo
  fid --send ruok --expect imok HOST 2181 ask, and check the answer

fid [connect] [flags] HOST PORT | ADDRESS
ADDRESS: HOST:PORT  [v6]:PORT  tls:HOST:PORT  udp:HOST:PORT
         unix:PATH  unix-dgram:PATH  unix-seqpacket:PATH
         exec:CMD  echo:  discard:  zero:
`
	case "echo":
		return `fid echo: send back to every client what it says

  fid echo 7000                           on every address
  fid echo --once --ready-file r 0        one client, a free port, told in r

fid echo [flags] [HOST] PORT | ADDRESS
ADDRESS: HOST:PORT  [v6]:PORT  tls:HOST:PORT  udp:HOST:PORT
         unix:PATH  unix-dgram:PATH  unix-seqpacket:PATH
`
	}
	return `fid relay: join every client to a connection of its own to TARGET

  fid relay 8080 db:5432                  forward a port
  fid relay -v 127.0.0.1:8080 db:5432     for this host only, and tell who came
  fid relay 8080 unix:/run/app.sock       a port in front of a Unix socket
  fid relay 8080 file:index.html          a file to each client

fid relay [flags] LISTEN TARGET
LISTEN, TARGET: HOST:PORT  [v6]:PORT  tls:HOST:PORT  udp:HOST:PORT
         unix:PATH  unix-dgram:PATH  unix-seqpacket:PATH
TARGET also: file:PATH  exec:CMD  echo:  discard:  zero:
`
}

// answer prints what was asked of fid itself: it is waited for, and a failure to write it told.
func (c *console) answer(text string) {
	c.check = true
	c.stdout.add(text)
}

// usage is what a command line without words gets.
func (c *console) usage() string {
	if c.asNC {
		return overviewOfNC + flagsOf("LC", screenWidth())
	}
	return overview
}

// help is what --help gets: about one mode, if one was named.
func (c *console) help(l commandLine) string {
	if !l.typed && l.mode == "connect" {
		return c.usage()
	}
	return helpText(l.mode, screenWidth())
}

// helpText is the help of one mode on a screen of so many columns.
func helpText(mode string, width int) string {
	return opening(mode) + "\n" + flagsOf(strings.ToUpper(mode[:1]), width) +
		"DUR: seconds, or 500ms 2m 1h; 0 is off.  Codes: fid --help.  More: man fid\n"
}

// flagsOf lists the flags that one of the modes takes, but for those whose help
// is empty: a screen has no room for what everybody knows.
func flagsOf(modes string, width int) string {
	var b strings.Builder
	for _, g := range flagGroups() {
		var cells []string
		for _, f := range g.flags {
			if strings.ContainsAny(f.modes, modes) && f.help != "" {
				cells = append(cells, fmt.Sprintf(" %-16s  %s", f.synopsis(), f.help))
			}
		}
		if len(cells) > 0 {
			b.WriteString(g.title + "\n" + inColumns(cells, width))
		}
	}
	return b.String()
}

// synopsis is the flag as help shows it: "-q, --linger DUR".
func (f flag) synopsis() string {
	s := "--" + f.long
	switch {
	case f.long == "":
		s = "-" + string(f.letter)
	case f.letter != 0:
		s = "-" + string(f.letter) + ", --" + f.long
	}
	if f.optional {
		return s + f.value
	}
	return strings.TrimSuffix(s+" "+f.value, " ")
}

// cellWidth is the room of one flag in help: two fit into 80 columns.
const cellWidth = 40

// inColumns sets the cells in two columns, or in one where two do not fit, each
// from top to bottom.
func inColumns(cells []string, width int) string {
	columns := 1 + min(1, width/(2*cellWidth))
	rows := (len(cells) + columns - 1) / columns
	var b strings.Builder
	for row := range rows {
		line := ""
		for i := row; i < len(cells); i += rows {
			line += fmt.Sprintf("%-*s", cellWidth, cells[i])
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	return b.String()
}

// screenWidth is the terminal's, and the usual one's where there is none.
func screenWidth() int {
	if width, _, err := term.GetSize(int(os.Stdout.Fd())); err == nil {
		return width
	}
	return 2 * cellWidth
}

// version is what --version gets: what the build knows of itself.
func version() string {
	version, goVersion := buildVersion()
	return strings.TrimRight("fid "+version+" "+goVersion, " ") + "\n"
}

// buildVersion is what this program was built from, and with which Go: the tag of a release without
// its v, or what Go makes of another commit; a build that did not ask git is (devel).
func buildVersion() (version, goVersion string) {
	if info, ok := debug.ReadBuildInfo(); ok {
		return strings.TrimPrefix(info.Main.Version, "v"), info.GoVersion
	}
	return "(unknown)", ""
}
