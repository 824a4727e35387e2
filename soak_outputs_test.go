package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What a soak finds in the outputs of listen -k.

// tallies compares how often each byte has come with who has said it.
func (l *soakLedger) tallies(t *testing.T, got [256]int64) {
	t.Helper()
	var owed, most [256]int64
	for _, v := range l.visits {
		value := v.value
		most[value] += v.said
		if v.orderly {
			owed[value] += v.said
		}
	}
	for value, n := range got {
		if n < owed[value] || n > most[value] {
			t.Errorf("%d to %d bytes %#x were said, %d came out", owed[value], most[value], value, n)
		}
	}
}

// finds compares the files of --output with what was said: one for each session, which
// holds all of it where it was in order, and else its begin.
func (l *soakLedger) finds(t *testing.T, dir string) {
	t.Helper()
	said := map[string][]soakVisit{}
	orderly := 0
	for _, v := range l.visits {
		peer := strings.NewReplacer(":", "_", "@", "_").Replace(v.peer)
		said[peer] = append(said[peer], v)
		if v.orderly {
			orderly++
		}
	}
	files, err := filepath.Glob(dir + "/[0-9]*-*")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, file := range files {
		_, peer, _ := strings.Cut(filepath.Base(file), "-")
		got, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		switch whole, is := soakTakes(said, peer, got); {
		case !is:
			t.Errorf("%s: %d bytes that nobody there has said", file, len(got))
		case whole:
			found++
		}
	}
	if found != orderly {
		t.Errorf("%d files hold all of a session in order, of %d such sessions", found, orderly)
	}
}

// soakTakes finds whose bytes they are, and strikes out that session: one in order if it
// said just that, else the one that said least beyond it.
func soakTakes(said map[string][]soakVisit, peer string, got []byte) (whole, is bool) {
	visits, found := said[peer], -1
	for i, v := range visits {
		switch fits := bytes.HasPrefix(v.data, got); {
		case fits && v.orderly && len(got) == len(v.data):
			said[peer] = append(visits[:i:i], visits[i+1:]...)
			return true, true
		case fits && !v.orderly && (found < 0 || len(v.data) < len(visits[found].data)):
			found = i
		}
	}
	if found < 0 {
		return false, false
	}
	said[peer] = append(visits[:found:found], visits[found+1:]...)
	return false, true
}
