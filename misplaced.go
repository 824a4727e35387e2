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
	if len(address) == 0 || strings.Contains(file, ":") || isPortList(file) || isService(file) || notIP == nil {
		return ""
	}
	hint := "a file? fid " + v.line.mode + " " + strings.Join(address, " ") + " < "
	if strings.ContainsAny(file, " \t'\"$`&;|<>()*?#~!{}[]\\") {
		file = quoted(file)
	}
	switch {
	case v.line.mode == "listen" && strings.ContainsAny(file, "./"): // else the host may have come second
		hint += file + "  or  > " + file
	case v.line.mode == "connect":
		hint += file
	default:
		return ""
	}
	var err error
	if len(address) == 1 {
		_, err = netio.ParseAddress(address[0], role)
	} else {
		_, err = netio.ParseHostPort(address[0], address[1], role)
	}
	if err != nil || len(address) > 2 {
		return ""
	}
	return netio.Typable(hint)
}

// took is said where that may have been meant for something else; a number was not.
func took(f flag, typed, value string) string {
	if slices.Contains([]string{"DUR", "N", "SIZE", "RATE"}, f.value) {
		return ""
	}
	return typed + " took " + shown(value) + " as its " + f.value
}

// swallowed adds to the hint for an address that lacks a word that the last flag has taken one:
// its own value may have been forgotten.
func (v *values) swallowed(err error, words []string) error {
	var e *netio.Error
	took := netio.Typable(v.line.took)
	if took == "" || len(words) > 1 || !errors.As(err, &e) || e.Kind != netio.KindUsage || e.Hint == "" {
		return err
	}
	if len(words) == 1 && strings.ContainsAny(words[0], `:/\`) && v.line.mode != "relay" {
		return err
	}
	blamed := *e
	blamed.Hint += "; " + took
	return &blamed
}
