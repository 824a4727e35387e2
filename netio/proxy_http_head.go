package netio

import (
	"strings"
)

// The most of an HTTP answer that is read, with all 1xx before it.
const (
	maxHead      = 16 << 10
	maxHeadLines = 100
)

// An httpHead is an answer without its body.
type httpHead struct {
	line   string // the status line
	status int
	fields []httpField
}

type httpField struct{ name, value string } // the name in lower case

// all returns the values of all fields of that name.
func (h httpHead) all(name string) []string {
	var values []string
	for _, f := range h.fields {
		if f.name == name {
			values = append(values, f.value)
		}
	}
	return values
}

// A headReader reads heads byte by byte, since nobody could give back what is
// read beyond them.
type headReader struct {
	*dialogue
	bytes, lines int // that may still come
}

// head reads one answer to its empty line, and skips those that are not the last
// one (1xx; 101 is none to CONNECT).
func (d *dialogue) head() (httpHead, error) {
	r := headReader{d, maxHead, maxHeadLines}
	for {
		h, err := r.read()
		if err != nil || h.status >= 200 || h.status == 101 {
			return h, err
		}
	}
}

func (r *headReader) read() (httpHead, error) {
	var h httpHead
	var err error
	if h.line, err = r.line("HTTP/1."); err != nil {
		return h, err
	}
	if h.status = parseStatus(h.line); h.status == 0 {
		return h, r.failed("not an HTTP answer: %s", cut(h.line))
	}
	for {
		line, err := r.line("")
		if err != nil || line == "" {
			return h, err
		}
		if n := len(h.fields); (line[0] == ' ' || line[0] == '\t') && n > 0 { // RFC 9112, section 5.2
			h.fields[n-1].value += " " + strings.TrimSpace(line)
		} else if name, value, found := strings.Cut(line, ":"); found {
			h.fields = append(h.fields, httpField{strings.ToLower(name), strings.TrimSpace(value)})
		}
	}
}

// line reads a line, which has to begin with prefix, without its end: LF may
// stand alone there (RFC 9112, section 2.2).
func (r *headReader) line(prefix string) (string, error) {
	if r.lines--; r.lines < 0 {
		return "", r.failed("its answer has more than %d lines", maxHeadLines)
	}
	var line []byte
	for {
		b, err := r.hearByte()
		if err != nil {
			return "", err
		}
		if r.bytes--; r.bytes < 0 {
			return "", r.failed("its answer has more than %d bytes", maxHead)
		}
		last := len(line) - 1
		switch {
		case len(line) < len(prefix) && b != prefix[len(line)]:
			err := r.failed("not an HTTP answer: it begins with %q", string(append(line, b)))
			if line == nil {
				err.(*Error).Hint = wrongProxy(b)
			}
			return "", err
		case b == 0, b != '\n' && last >= 0 && line[last] == '\r': // RFC 9110, section 5.5
			return "", r.failed("its answer has a NUL, or a CR in the middle of a line")
		case b == '\n' && last >= 0 && line[last] == '\r':
			return string(line[:last]), nil
		case b == '\n':
			return string(line), nil
		}
		line = append(line, b)
	}
}

// parseStatus is the status of "HTTP/1.1 200 OK", 0 where that is no such line:
// three digits, and then its end or a blank.
func parseStatus(line string) int {
	rest, ok := strings.CutPrefix(line, "HTTP/1.")
	if !ok || len(rest) < 5 || rest[0] != '0' && rest[0] != '1' || rest[1] != ' ' || !isNumber(rest[2:5]) ||
		rest[2] == '0' || len(rest) > 5 && rest[5] != ' ' {
		return 0
	}
	return int(rest[2]-'0')*100 + int(rest[3]-'0')*10 + int(rest[4]-'0')
}
