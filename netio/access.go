package netio

import (
	"context"
	"fmt"
	"io"
	"net/netip"
	"os"
	"strconv"
	"strings"
)

// Access says who may connect. The zero Access lets everybody in.
type Access struct {
	allow, deny networks
	listed      bool // there is an allow list, though it may be empty
}

// networks are what a list holds, each with the flag and the word that it came by.
type networks struct {
	by      map[netip.Prefix]string
	lengths [129]bool // those of which there is one
}

// AccessLists are the values of --allow and --deny as they were typed: each is a list of
// words, separated by commas, of addresses, networks (10.0.0.0/8), names, and @FILE.
type AccessLists struct{ Allow, Deny []string }

// Resolve reads the files and looks up the names, once for the whole run.
func (l AccessLists) Resolve(ctx context.Context, o Options) (*Access, error) {
	if len(l.Allow)+len(l.Deny) == 0 {
		return nil, nil
	}
	a := &Access{listed: len(l.Allow) > 0}
	for _, list := range []struct {
		flag  string
		words []string
		to    *networks
	}{{"--allow", l.Allow, &a.allow}, {"--deny", l.Deny, &a.deny}} {
		for _, words := range list.words {
			for _, word := range strings.Split(words, ",") {
				if err := list.to.add(ctx, o, list.flag, word); err != nil {
					return nil, err
				}
			}
		}
	}
	return a, nil
}

// Check returns nil if a client with the numeric address peer ("10.0.0.7:5544") may
// connect, else an error of KindDenied. A deny list wins; where there is an allow list,
// nobody else may.
func (a *Access) Check(listener, peer string) error {
	if a == nil {
		return nil
	}
	ap, err := netip.ParseAddrPort(peer)
	ip := plain(ap.Addr())
	why, denied := a.deny.find(ip)
	_, allowed := a.allow.find(ip)
	switch {
	case denied:
	case err != nil:
		why = "its address is not known"
	case a.listed && !allowed:
		why = "not in --allow"
	default:
		return nil
	}
	return &Error{Kind: KindDenied, Addr: listener, What: fmt.Sprintf("%s: not allowed (%s)", peer, why)}
}

// plain is the address as lists have it: without a zone, and IPv4 as IPv4. The peer of a
// socket for both families has an address like ::ffff:10.0.0.7.
func plain(ip netip.Addr) netip.Addr { return ip.WithZone("").Unmap() }

// find returns what the narrowest network with the address came by.
func (n *networks) find(ip netip.Addr) (by string, found bool) {
	for bits := ip.BitLen(); bits >= 0 && !found && len(n.by) > 0; bits-- {
		if n.lengths[bits] {
			network, _ := ip.Prefix(bits) // fails for too many bits only
			by, found = n.by[network]
		}
	}
	return by, found
}

func (n *networks) insert(network netip.Prefix, by string) {
	if n.by == nil {
		n.by = map[netip.Prefix]string{}
	}
	n.by[network] = by
	n.lengths[network.Bits()] = true
}

// add adds a word of a list.
func (n *networks) add(ctx context.Context, o Options, flag, word string) error {
	if path, isFile := strings.CutPrefix(word, "@"); isFile {
		return n.addFile(ctx, o, flag, path)
	}
	return n.addWord(ctx, o, flag+" ", word)
}

// addWord adds an address, a network or all addresses of a name; by is what stands
// before it in messages.
func (n *networks) addWord(ctx context.Context, o Options, by, word string) error {
	by += cut(word)
	network, isName, err := parseNetwork(word)
	switch {
	case word == "":
		return Usagef("", "%s\"\": an address, a network or a name is meant", by)
	case err != nil:
		return Usagef(networkHint(word), "%s: %s", by, err)
	case !isName:
		n.insert(network, by)
		return nil
	}
	ips, err := lookUp(ctx, o, by, word)
	for _, ip := range ips {
		ip = plain(ip)
		n.insert(netip.PrefixFrom(ip, ip.BitLen()), by)
	}
	return err
}

// lookUp returns the addresses of a name, of both families; by is what messages call it.
func lookUp(ctx context.Context, o Options, by, name string) ([]netip.Addr, error) {
	a := Address{Text: by, Host: name}
	err := a.checkHost()
	if err == nil {
		var cancel context.CancelFunc
		ctx, cancel = o.limit(ctx, a)
		defer cancel()
		var ips []netip.Addr
		if ips, err = a.resolve(ctx, Options{Numeric: o.Numeric}); err == nil {
			return ips, nil
		}
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	kind, what := describe(err)
	return nil, &Error{Kind: kind, Addr: by, What: what, Err: err} // by is not cut as an address is
}

// A listError is what is wrong with a word of a list.
type listError string

func (e listError) Error() string { return string(e) }

// parseNetwork reads an address or ADDRESS/BITS. What can be neither, and no word of
// digits is a name, is refused.
func parseNetwork(word string) (network netip.Prefix, isName bool, err error) {
	address, length, hasLength := strings.Cut(word, "/")
	if inner, found := strings.CutPrefix(address, "["); found && strings.HasSuffix(inner, "]") {
		address = strings.TrimSuffix(inner, "]")
	}
	ip, parseErr := netip.ParseAddr(address)
	switch {
	case parseErr != nil && (hasLength || strings.Trim(word, "0123456789.-*:") == ""):
		return network, false, listError("not an address and not a network")
	case parseErr != nil:
		return network, true, nil
	case !hasLength:
		ip = plain(ip)
		return netip.PrefixFrom(ip, ip.BitLen()), false, nil
	}
	bits, err := strconv.ParseUint(length, 10, 8)
	if err != nil || strconv.FormatUint(bits, 10) != length || int(bits) > ip.BitLen() {
		family := map[bool]string{true: "IPv4", false: "IPv6"}[ip.Is4()]
		return network, false, listError(fmt.Sprintf("the length of an %s network is 0 to %d", family, ip.BitLen()))
	}
	if ip.Is4In6() && bits >= 96 {
		ip, bits = ip.Unmap(), bits-96
	}
	network, err = ip.WithZone("").Prefix(int(bits)) // the bits behind it are not looked at
	return network, false, err
}

// networkHint is for who writes networks as ncat or a netmask has them.
func networkHint(word string) string {
	if strings.ContainsAny(word, "-*/") {
		return "a network is ADDRESS/BITS: 192.168.0.0/24"
	}
	return ""
}

// maxAccessFile is more than a list of all networks that are routed.
const maxAccessFile = 64 << 20

// addFile adds the words of a file: separated by blanks, commas or lines, "#" begins a comment.
func (n *networks) addFile(ctx context.Context, o Options, flag, path string) error {
	if path == "" {
		return Usagef("", "%s @: no path after the @", flag)
	}
	text, err := readFile(ctx, path)
	if err != nil {
		return err
	}
	return n.addText(ctx, o, flag+" @"+cut(path)+": ", text)
}

// addText adds the words of a file's text; by is what stands before each in messages.
func (n *networks) addText(ctx context.Context, o Options, by, text string) error {
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "#")
		for _, word := range strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune(" \t\r\n,", r) }) {
			if err := n.addWord(ctx, o, by, word); err != nil {
				return err
			}
		}
	}
	return nil
}

// readFile reads a list. Of a pipe nobody may ever write the end: ctx calls that off.
func readFile(ctx context.Context, path string) (string, error) {
	type content struct {
		text []byte
		err  error
	}
	read := make(chan content, 1)
	go func() {
		f, err := os.Open(path)
		if err != nil {
			read <- content{nil, err}
			return
		}
		defer f.Close()
		text, err := io.ReadAll(io.LimitReader(f, maxAccessFile+1))
		read <- content{text, err}
	}()
	select {
	case <-ctx.Done():
		return "", context.Cause(ctx)
	case c := <-read:
		switch {
		case c.err != nil:
			return "", &Error{Kind: KindLocal, Addr: cut(path), What: "cannot read: " + Reason(c.err), Err: c.err}
		case len(c.text) > maxAccessFile:
			return "", &Error{Kind: KindLocal, Addr: cut(path), What: "longer than " + Bytes(maxAccessFile)}
		}
		return string(c.text), nil
	}
}
