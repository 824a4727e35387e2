package main

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"fid/netio"
)

// proxyEnv is the value of --proxy that stands for the environment.
const proxyEnv = "env"

// proxies reads the flags that are about proxies. What it returns finds out the
// password that is still to be known, in the time of the run; nil: there is none.
func (v *values) proxies(o *netio.Options) func(context.Context) error {
	v.need("proxy-type", "proxy")
	v.need("proxy-user", "proxy")
	v.need("proxy-password-file", "proxy")
	v.exclude([2]string{"unix", "proxy"})
	words := v.all("proxy")
	if len(words) == 0 || v.err != nil {
		return nil
	}
	scheme := v.proxyType()
	if slices.Contains(words, proxyEnv) {
		if len(words) > 1 || v.is("proxy-type") {
			v.fail(netio.Usagef("", "-x env takes the proxy from ALL_PROXY: no other -x, and no -X, beside it"))
			return nil
		}
		words, scheme, o.Bypass = proxiesOfEnvironment()
	}
	schemeless := false
	for _, word := range words {
		p, err := v.proxy(word, scheme)
		if err != nil {
			v.fail(err)
		}
		schemeless = schemeless || !strings.Contains(word, "://")
		o.Proxies = append(o.Proxies, p)
	}
	if v.is("proxy-type") && !schemeless {
		v.fail(netio.Usagef("", "-X is for a proxy without a scheme, and -x has one"))
	}
	if v.err != nil || len(o.Proxies) == 0 {
		return nil
	}
	return v.login(o.Proxies)
}

// isProxied reports whether anything that is dialled goes through a proxy.
func isProxied(mode runner, o netio.Options) bool {
	return slices.ContainsFunc(endsOf(mode), func(a netio.Address) bool { return a.Proxied(o) })
}

// proxyType is what -X stands for, or its default: the names of nc, of which only
// -X 4 keeps names from the proxy.
func (v *values) proxyType() string {
	schemes := []string{"socks5h", "socks4", "socks4a", "http"}
	if !v.is("proxy-type") {
		return schemes[0]
	}
	for i, name := range proxyTypes() {
		if strings.EqualFold(name, v.c.String("proxy-type")) {
			return schemes[i]
		}
	}
	v.fail(netio.Usagef("", "-X %s: 5, 4, 4A or connect is meant", shown(v.c.String("proxy-type"))))
	return ""
}

// proxyTypes are the names for -X.
func proxyTypes() []string { return []string{"5", "4", "4A", "connect"} }

// proxiesOfEnvironment is the proxy of ALL_PROXY, if any, and whom NO_PROXY
// excepts. As curl has it, the names in lower case come first, and http is meant
// where no scheme is.
func proxiesOfEnvironment() (words []string, scheme string, b netio.Bypass) {
	if word := firstSet("all_proxy", "ALL_PROXY"); word != "" {
		words = []string{word}
	}
	return words, "http", netio.ParseBypass(firstSet("no_proxy", "NO_PROXY"))
}

func firstSet(names ...string) string {
	for _, name := range names {
		if value := os.Getenv(name); value != "" {
			return value
		}
	}
	return ""
}

// proxy reads one proxy. To ncat -x is a file for a hex dump: a word that can
// hardly be anything else is not looked up as a host.
func (v *values) proxy(word, scheme string) (netio.Proxy, error) {
	dumps := []string{".log", ".txt", ".hex", ".dump", ".dmp", ".bin", ".out"}
	if !strings.ContainsAny(word, ":@") && (strings.ContainsAny(word, `/\`) || slices.Contains(dumps, filepath.Ext(word))) {
		return netio.Proxy{}, netio.Usagef(netio.Typable("--hex="+word+" for a hex dump; -x HOST[:PORT] is a proxy, as nc has it"), "-x %s is no proxy, but looks like a file", shown(word))
	}
	return netio.ParseProxy(word, scheme)
}

// login gives -P to its proxy, and returns what finds out the password.
func (v *values) login(proxies []netio.Proxy) func(context.Context) error {
	if user := v.c.String("proxy-user"); v.is("proxy-user") {
		switch {
		case user == "":
			v.fail(netio.Usagef("", "-P: the user is empty"))
		case len(proxies) > 1:
			v.fail(netio.Usagef("-x socks5h://USER@HOST for each", "-P does not say which of several proxies it is for"))
		case proxies[0].User != "":
			v.fail(netio.Usagef("", "-P and a user before the @ of -x exclude each other"))
		}
		proxies[0].SetUser(user)
	}
	var needs []*netio.Proxy
	for i := range proxies {
		if proxies[i].NeedsPassword {
			needs = append(needs, &proxies[i])
		}
	}
	switch {
	case len(needs) > 1:
		v.fail(netio.Usagef("-x socks5h://USER:PASSWORD@HOST for each", "several proxies need a password, and one only can be asked for"))
	case len(needs) == 0 && v.is("proxy-password-file"):
		v.fail(netio.Usagef("", "--proxy-password-file: no proxy needs a password"))
	}
	if len(needs) != 1 || v.err != nil {
		return nil
	}
	file := v.c.String("proxy-password-file")
	fromFile := v.is("proxy-password-file")
	return func(ctx context.Context) (err error) {
		needs[0].Password, err = passwordOf(ctx, needs[0], file, fromFile)
		return err
	}
}
