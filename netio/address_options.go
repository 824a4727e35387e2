package netio

import (
	"maps"
	"slices"
	"strings"
)

// The options of an address, ",key=value".

// splitOptions takes ",key=value" off the end of an address.
func splitOptions(rest string, scheme Scheme) (string, map[string]string, error) {
	words := strings.Split(rest, ",")
	options := map[string]string{}
	for len(words) > 1 && len(scheme.Options) > 0 {
		key, value, found := strings.Cut(words[len(words)-1], "=")
		if !found {
			break // a comma in a path
		}
		if !slices.Contains(scheme.Options, key) {
			hint := ""
			if scheme.Rest == RestPath {
				hint = "a path with a comma: -U PATH"
			}
			return "", nil, Usagef(hint, "%s: no option %s here (there is: %s)", scheme.Name, cut(key), strings.Join(scheme.Options, ", "))
		}
		options[key] = value
		words = words[:len(words)-1]
	}
	return strings.Join(words, ","), options, nil
}

// checkOptions refuses an option that nothing would heed or understand.
func (a *Address) checkOptions(role Role) error {
	for _, key := range a.scheme().Options {
		value, typed := a.Options[key]
		switch {
		case !typed:
			continue
		case value == "":
			return Usagef("", "%s: %s= is empty", cut(a.Text), key)
		case key == "mode" && role == ToDial:
			return Usagef("", "%s: %s= is for listening", cut(a.Text), key)
		case key == "mode" && !canSetMode:
			return Usagef("", "%s: mode=: %s; a socket has the rights of its directory", cut(a.Text), errNotHere.What)
		case key == "client-ca" && role == ToDial:
			return Usagef("", "%s: %s= is for listening", cut(a.Text), key)
		case role == ToListen && !slices.Contains([]string{"mode", "client-ca", "cert", "key", "alpn"}, key):
			return Usagef("", "%s: %s= is for connecting", cut(a.Text), key)
		case key == "source-port":
			if _, err := ParsePort(value); err != nil {
				return err
			}
		case key == "source":
			source := Address{Text: value, Host: value}
			if err := source.checkHost(); err != nil {
				return err
			}
		}
	}
	return nil
}

// SetOption gives the address an option that a flag has. It reports false where the
// option was typed in the address itself, which then stands.
func (a *Address) SetOption(key, value string) bool {
	if _, typed := a.Options[key]; typed {
		return false
	}
	options := maps.Clone(a.Options)
	if options == nil {
		options = map[string]string{}
	}
	options[key] = value
	a.Options = options
	return true
}
