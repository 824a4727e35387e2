package main

import (
	"errors"
	"net/netip"
	"slices"
	"strings"

	"fid/netio"
)

// Words that stand where an address is read, and are something else.

// withoutStdio refuses the "-" that stands for standard input and output to other tools. What
// is wrong with the other words comes first.
func (v *values) withoutStdio(words []string, role netio.Role, usage string) error {
	rest := slices.DeleteFunc(slices.Clone(words), func(w string) bool { return w == "-" })
	_, err := v.address(rest, role, usage)
	if err != nil {
		return err
	}
	return netio.Usagef(netio.Typable("fid "+v.line.mode+" "+strings.Join(rest, " ")), "-: standard input and output are one end as it is")
}

// fileHint is what to type where the last word is a file, behind an address that is whole;
// empty where it is none.
func (v *values) fileHint(words []string, role netio.Role) string {
	address, file := words[:len(words)-1], words[len(words)-1]
	_, notIP := netip.ParseAddr(file)
	if strings.Contains(file, ":") || isPortList(file) || isService(file) || notIP == nil || !isAddress(address, role) {
		return ""
	}
	name := file
	if strings.ContainsAny(file, " \t'\"$`&;|<>()*?#~!{}[]\\") {
		name = quoted(file)
	}
	hint := "a file? fid " + v.line.mode + " " + strings.Join(address, " ") + " < " + name
	switch {
	case v.line.mode == "connect":
		return netio.Typable(hint)
	case v.line.mode == "listen" && strings.ContainsAny(file, "./"): // else the host may have come second
		return netio.Typable(hint + "  or  > " + name)
	}
	return ""
}

// isAddress: the words are one, whole.
func isAddress(words []string, role netio.Role) bool {
	var err error
	switch len(words) {
	case 1:
		_, err = netio.ParseAddress(words[0], role)
	case 2:
		_, err = netio.ParseHostPort(words[0], words[1], role)
	default:
		return false
	}
	return err == nil
}

// A taken word is the value of the flag that it stands behind.
type taken struct {
	flag string // as it was typed
	as   string // what the flag calls its value
	word string
}

// swallowed adds to the hint for an address that lacks a word that the last flag has taken one:
// its own value may have been forgotten.
func (v *values) swallowed(err error, words []string) error {
	var e *netio.Error
	took := v.line.took
	if took.flag == "" || len(words) > 1 || !errors.As(err, &e) || e.Kind != netio.KindUsage || e.Hint == "" {
		return err
	}
	if slices.Contains([]string{"DUR", "N", "SIZE", "RATE"}, took.as) { // a number was meant for it
		return err
	}
	if len(words) == 1 && strings.ContainsAny(words[0], `:/\`) && v.line.mode != "relay" {
		return err
	}
	if said := netio.Typable(took.flag + " took " + shown(took.word) + " as its " + took.as); said != "" {
		blamed := *e
		blamed.Hint += "; " + said
		return &blamed
	}
	return err
}
