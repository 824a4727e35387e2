package main

import (
	"errors"
	"strings"

	"fid/netio"
)

// Words that are misspelt.

// edits is how many letters are to be put in, left out, changed or swapped with the next one
// to make b of a (the optimal string alignment distance).
func edits(a, b string) int {
	var above, before []int // the rows of the last letter of a, and of the one before that
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		above, before = row, above
		row = make([]int, len(b)+1)
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(above[j]+1, row[j-1]+1, above[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
	}
	return row[len(b)]
}

// nearest names the flags that the user may have meant, or where they stand.
func (r *reader) nearest(name string) string {
	var near []string
	for _, f := range r.line.table {
		if len(name) > 2 && f.long != "" && (strings.Contains(f.long, name) || strings.Contains(name, f.long)) {
			near = append(near, "--"+f.long)
		}
	}
	if one := nearestFlag(r.line.table, name); one != "" {
		return "--" + one
	}
	if len(near) > 0 {
		return strings.Join(near, "  or  ")
	}
	return r.helpCommand()
}

// nearestFlag is the one flag that name may be a misspelling of; empty where there is none, or
// more than one is as near.
func nearestFlag(table []flag, name string) string {
	least, nearest := min(2, len(name)/3)+1, ""
	if len(name) > 60 {
		return "" // no flag is as long, and it may be very much longer
	}
	for _, f := range table {
		n := edits(name, f.long)
		switch {
		case f.long == "":
		case strings.ReplaceAll(name, "-", "") == strings.ReplaceAll(f.long, "-", ""):
			return f.long
		case n < least:
			least, nearest = n, f.long
		case n == least:
			nearest = ""
		}
	}
	return nearest
}

// suspectMode has err ask for the mode that the first argument may be a misspelling of. It was
// taken for a host, which it may be: so only a name that nobody knows, and what another mode
// would take, make it suspect. misread says that err is of the flags and words themselves.
func suspectMode(err error, line commandLine, args []string, misread bool) error {
	var e *netio.Error
	if len(args) < 2 || len(args[0]) > 10 || line.typed || !errors.As(err, &e) {
		return err
	}
	unknown := e.Kind == netio.KindName && e.Hint == "" && (e.Addr == args[0] || strings.HasPrefix(e.Addr, args[0]+":"))
	crowded := e.Kind == netio.KindUsage && len(line.words) > 2
	if !misread && !unknown && !crowded {
		return err
	}
	for _, m := range modeNames {
		if edits(args[0], m) != 1 {
			continue
		}
		meant, wrong := readArgs(append([]string{m}, args[1:]...), false)
		if wrong == nil && len(meant.words) < 3 {
			asked := *e
			asked.Hint = netio.Typable("a mode? fid " + m + " " + strings.Join(args[1:], " "))
			return &asked
		}
	}
	return err
}
