package netio

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
)

// Output is the near end of sessions whose data goes into files, one a session. Its
// zero value is not ready.
type Output struct {
	dir, name string       // the name with {n} and {peer} in it
	came      atomic.Int64 // sessions so far
}

// ParseOutput reads the pattern of the files' names: {n} is the number of the
// session, {peer} the address of its client. With many there must be one of them,
// or all sessions would write one file.
func ParseOutput(pattern string, many bool) (*Output, error) {
	o := &Output{}
	o.dir, o.name = filepath.Split(pattern)
	text := cut(pattern)
	switch plain := replacePlaces(o.name, "", ""); {
	case o.name == "" || o.name == "." || o.name == "..":
		return nil, Usagef(Typable("--output "+filepath.Join(o.dir, "{n}-{peer}")), "--output %s: no file name", cut(strconv.Quote(pattern)))
	case replacePlaces(o.dir, "", "") != o.dir:
		return nil, Usagef("", "--output %s: {n} and {peer} stand in the name of the file, not of its directory", text)
	case strings.ContainsAny(plain, "{}"):
		return nil, Usagef("", "--output %s: {n} and {peer} may stand in braces, nothing else", text)
	case many && plain == o.name:
		return nil, Usagef(Typable("--output "+pattern+"-{n}"), "--output %s: all clients of -k would write one file", text)
	}
	return o, nil
}

func replacePlaces(name, n, peer string) string {
	return strings.NewReplacer("{n}", n, "{peer}", peer).Replace(name)
}

// Separates returns an error where many clients of the address would be given one
// name: those of a Unix socket have none.
func (o *Output) Separates(a Address) error {
	if a.isUnix() && !strings.Contains(o.name, "{n}") {
		return Usagef("", "--output %s: clients of a Unix socket have no address; {n} tells them apart", cut(o.dir+o.name))
	}
	return nil
}

// Check finds what can be known before anybody has connected: whether there is the
// directory, and with a name that is always the same, whether there is such a file.
func (o *Output) Check() error {
	dir := filepath.Clean(o.dir)
	st, err := os.Stat(dir)
	switch {
	case err != nil:
		return localError(dir, err)
	case !st.IsDir():
		return &Error{Kind: KindLocal, Addr: dir, What: "not a directory"}
	}
	if _, err := os.Lstat(o.dir + o.name); err == nil {
		return fileExists(o.dir+o.name, fs.ErrExist)
	}
	return nil
}

// For returns what makes the near end of the client's session.
func (o *Output) For(client *End) Dialer {
	path := o.pathOf(o.came.Add(1), client.Peer)
	return dialFunc(func(context.Context) (*End, error) {
		// O_EXCL follows no link that somebody has put there (open(2)).
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		switch {
		case errors.Is(err, fs.ErrExist):
			return nil, fileExists(path, err)
		case err != nil:
			return nil, localError(path, err)
		}
		return &End{Stream: &outFile{f}, Name: path, Input: InputNone}, nil
	})
}

func (o *Output) pathOf(session int64, peer string) string {
	return o.dir + replacePlaces(o.name, strconv.FormatInt(session, 10), fileName(peer))
}

// Close is for who closes all that gives near ends: each file is closed with its
// session.
func (o *Output) Close() error { return nil }

func fileExists(path string, err error) error {
	return &Error{Kind: KindLocal, Addr: path, What: "there is such a file, and it is not overwritten", Err: err}
}

// maxFileName is the most of a client's address that a file's name takes.
const maxFileName = 100

// fileName makes a name of a client's address that is one on every system: no
// slash, no colon, no bracket, no dot or dash at its start, no dot at its end, and
// never empty.
func fileName(peer string) string {
	name := strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', r == '.', r == '-':
			return r
		case r == '[' || r == ']':
			return -1
		}
		return '_'
	}, peer)
	name = strings.TrimRight(name[:min(len(name), maxFileName)], ".")
	switch {
	case strings.Trim(name, "_.-") == "": // a client of a Unix socket has no address
		return "client"
	case name[0] == '.' || name[0] == '-':
		return "_" + name[1:]
	}
	return name
}

// An outFile is a file that is only written. Its close tells whether the disk could
// keep the bytes, so the session's own end is that of the file.
type outFile struct{ file *os.File }

func (s *outFile) Read([]byte) (int, error)    { return 0, fs.ErrInvalid } // InputNone: nobody does
func (s *outFile) Write(p []byte) (int, error) { return s.file.Write(p) }
func (s *outFile) CloseWrite() error           { return s.file.Close() }

// Close frees the file of a session that has failed; after CloseWrite it is closed.
func (s *outFile) Close() error {
	_ = s.file.Close()
	return nil
}
