package netio

import "strings"

// The namespaces of RFC 6120, appendix A.
const (
	xmppStreams = "http://etherx.jabber.org/streams"
	xmppTLS     = "urn:ietf:params:xml:ns:xmpp-tls"
)

// startXMPP is RFC 6120, section 5, for a client.
func startXMPP(d *upgrade) error {
	to := ""
	if d.host != "" {
		to = "to='" + xmlEscape(d.host) + "' "
	}
	header := "<?xml version='1.0'?><stream:stream " + to + "version='1.0' xmlns='jabber:client' xmlns:stream='" + xmppStreams + "'>"
	if err := d.ask(header, "stream header"); err != nil {
		return err
	}
	x := &xmlReader{d: d}
	stream, err := x.next()
	switch {
	case err != nil:
		return err
	case !stream.is(xmppStreams, "stream") || !stream.opens || stream.closes:
		return d.stranger()
	}
	d.awaited = "list of features"
	offered, err := x.features()
	if err == nil && !offered {
		err = d.notOffered()
	}
	if err != nil {
		return err
	}
	if err := d.ask("<starttls xmlns='"+xmppTLS+"'/>", "answer to STARTTLS"); err != nil {
		return err
	}
	return x.goAhead()
}

// xmlEscape writes s for use in an attribute.
func xmlEscape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "'", "&apos;", `"`, "&quot;").Replace(s)
}

// features reads the list of features, and looks for starttls in it.
func (x *xmlReader) features() (offered bool, err error) {
	tag, err := x.next()
	switch {
	case err != nil:
		return false, err
	case tag.is(xmppStreams, "error") && tag.opens:
		return false, x.streamError(tag)
	case !tag.is(xmppStreams, "features") || !tag.opens:
		return false, x.unexpected()
	}
	for tag.depth > 1 || !tag.closes { // the stream is at depth 0
		if tag, err = x.next(); err != nil {
			return false, err
		}
		offered = offered || tag.depth == 2 && tag.opens && tag.is(xmppTLS, "starttls")
	}
	return offered, nil
}

// goAhead reads the answer up to the last byte of the element.
func (x *xmlReader) goAhead() error {
	tag, err := x.next()
	switch {
	case err != nil:
		return err
	case tag.is(xmppTLS, "failure") && tag.opens:
		return x.d.refused("STARTTLS", "failure")
	case tag.is(xmppStreams, "error") && tag.opens:
		return x.streamError(tag)
	case !tag.is(xmppTLS, "proceed") || !tag.opens:
		return x.unexpected()
	case tag.closes:
		return nil
	}
	if tag, err = x.next(); err == nil && tag.depth != 1 {
		return x.unexpected()
	}
	return err
}

// streamError says what is in a stream's error: a condition, and maybe a text (RFC
// 6120, section 4.9).
func (x *xmlReader) streamError(tag xmlTag) error {
	said, text := "stream error", ""
	for tag.depth > 1 || !tag.closes {
		var err error
		if tag, err = x.next(); err != nil {
			break // what came of it says enough
		}
		switch {
		case tag.local == "text" && !tag.opens:
			text = ", " + quoted([]byte(x.text))
		case tag.local != "text" && tag.opens && tag.depth == 2:
			said = words(tag.local)
		}
	}
	return x.d.turnedAway(said + text)
}

// unexpected is the error for an element that has no place here.
func (x *xmlReader) unexpected() error {
	return x.d.malformed(quoted(x.tag))
}

// An xmlReader reads the tags of an XML stream a byte at a time, and nothing beyond
// the last one. It takes what RFC 6120, section 11, allows: no comments, no processing
// instructions, no document types.
type xmlReader struct {
	d    *upgrade
	open []xmlElement // that contain what comes next, the stream at first
	tag  []byte       // the last one
	text string       // before it
}

type xmlElement struct {
	name   string            // as it is written, with its prefix
	spaces map[string]string // from prefixes that it declares to namespaces
}

// An xmlTag opens an element, closes it, or does both.
type xmlTag struct {
	space, local  string
	depth         int // how many elements contain the element
	opens, closes bool
}

func (t xmlTag) is(space, local string) bool { return t.space == space && t.local == local }

// next reads up to the end of a tag. The XML declaration is passed over.
func (x *xmlReader) next() (xmlTag, error) {
	for {
		if err := x.readTag(); err != nil {
			return xmlTag{}, err
		}
		if len(x.open) == 0 && strings.HasPrefix(string(x.tag), "<?xml ") && strings.HasSuffix(string(x.tag), "?>") {
			continue
		}
		tag, ok := x.take(string(x.tag[1 : len(x.tag)-1]))
		if !ok && len(x.open) == 0 {
			return tag, x.d.stranger()
		} else if !ok {
			return tag, x.unexpected()
		}
		return tag, nil
	}
}

// readTag reads a text and the tag behind it.
func (x *xmlReader) readTag() error {
	at, quote, begin := len(x.d.heard), byte(0), -1
	for {
		b, err := x.d.read(1)
		switch {
		case err != nil:
			return err
		case b[0] == 0:
			return x.d.malformed("a NUL")
		case begin < 0 && b[0] == '<':
			begin = len(x.d.heard) - 1
			x.text = string(x.d.heard[at:begin])
		case begin < 0:
		case b[0] == '<':
			return x.d.malformed(quoted(x.d.heard[begin:]))
		case quote != 0 && b[0] == quote:
			quote = 0
		case quote != 0:
		case b[0] == '\'' || b[0] == '"':
			quote = b[0]
		case b[0] == '>':
			x.tag = x.d.heard[begin:]
			return nil
		}
	}
}

// maxXMLDepth is how many elements may contain one; those of RFC 6120 take four.
const maxXMLDepth = 32

// take takes a tag apart; s is what stands between < and >.
func (x *xmlReader) take(s string) (t xmlTag, ok bool) {
	if name, found := strings.CutPrefix(s, "/"); found {
		depth := len(x.open) - 1
		if depth < 0 || strings.TrimRight(name, xmlBlanks) != x.open[depth].name {
			return t, false
		}
		t = x.named(x.open[depth].name)
		t.depth, t.closes = depth, true
		x.open = x.open[:depth]
		return t, true
	}
	s, empty := strings.CutSuffix(s, "/")
	element, ok := parseXMLElement(s)
	if !ok {
		return t, false
	}
	depth := len(x.open)
	if depth == maxXMLDepth {
		return t, false
	}
	x.open = append(x.open, element)
	t = x.named(element.name)
	t.depth, t.opens, t.closes = depth, true, empty
	if empty {
		x.open = x.open[:depth]
	}
	return t, true
}

// named looks up the namespace of a name.
func (x *xmlReader) named(name string) (t xmlTag) {
	prefix, local, found := strings.Cut(name, ":")
	if !found {
		prefix, local = "", name
	}
	t.local = local
	for i := len(x.open) - 1; i >= 0; i-- {
		if space, declared := x.open[i].spaces[prefix]; declared {
			t.space = space
			return t
		}
	}
	return t
}

const xmlBlanks = " \t\r\n"

// parseXMLElement reads a name and attributes, and keeps the namespaces.
func parseXMLElement(s string) (e xmlElement, ok bool) {
	end := strings.IndexAny(s+" ", xmlBlanks)
	e.name, s = s[:end], s[end:]
	if !isXMLName(e.name) {
		return e, false
	}
	for {
		attributes := strings.TrimLeft(s, xmlBlanks)
		if attributes == "" {
			return e, true
		}
		name, rest, found := strings.Cut(attributes, "=")
		name, rest = strings.TrimRight(name, xmlBlanks), strings.TrimLeft(rest, xmlBlanks)
		if !found || attributes == s || !isXMLName(name) || rest == "" || rest[0] != '\'' && rest[0] != '"' {
			return e, false
		}
		value, behind, closed := strings.Cut(rest[1:], rest[:1])
		if !closed {
			return e, false
		}
		s = behind
		if prefix, isSpace := strings.CutPrefix(name+":", "xmlns:"); isSpace {
			if e.spaces == nil {
				e.spaces = map[string]string{}
			}
			e.spaces[strings.TrimSuffix(prefix, ":")] = value
		}
	}
}

// isXMLName is strict enough to tell a name from anything else.
func isXMLName(s string) bool {
	return s != "" && !strings.ContainsAny(s, "<>&'\"=/?!"+xmlBlanks)
}
