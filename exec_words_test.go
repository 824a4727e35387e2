package main

import (
	"strings"
	"testing"

	"fid/netio"
)

func TestACommandOfSeveralWordsIsRefusedAndNoAddressForOne(t *testing.T) {
	for typed, hint := range map[string]string{
		"listen -e cat 5000":               "",
		"listen -e cat localhost 5000":     "",
		"listen -e cat 127.0.0.1 5000":     "",
		"listen -e cat :: 5000":            "",
		"listen -e cat -v db 5000":         "",
		"listen db 5000 -e cat":            "",
		"listen -p 5000 -e cat":            "",
		"-e cat db 5000":                   "",
		"db 5000 -e cat":                   "",
		"listen -e echo ok 5000":           "-e 'echo ok'",
		"listen --exec echo ok 5000":       "-e 'echo ok'",
		"listen --exec=echo ok 5000":       "-e 'echo ok'",
		"listen -ke echo it's ok :: 5000":  `-e 'echo it'\''s ok ::'`,
		"listen 5000 -e echo ok ok":        "-e 'echo ok ok'",
		"listen -p 5000 -e echo ok":        "-e 'echo ok'",
		"listen -p 5000 -e echo ok -v not": "-e 'echo ok'",
		"-e echo ok db 5000":               "-e 'echo ok'",
	} {
		_, err := readArgs(strings.Fields(typed), false)
		e, _ := err.(*netio.Error)
		if hint == "" && err != nil || hint != "" && (e == nil || e.Kind != netio.KindUsage || e.Hint != hint) {
			t.Errorf("%s: %v, hint %+v; want the hint %q", typed, err, e, hint)
		}
	}
}
