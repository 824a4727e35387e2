package netio

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// fileFor opens the file of one session.
func fileFor(t *testing.T, o *Output, peer string) (*End, error) {
	t.Helper()
	return o.For(&End{Peer: peer}).Dial(context.Background())
}

func output(t *testing.T, pattern string) *Output {
	t.Helper()
	o, err := ParseOutput(pattern, false)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestEachSessionHasAFileOfItsOwn(t *testing.T) {
	dir := t.TempDir()
	o := output(t, dir+"/{n}-{peer}.log")
	for _, peer := range []string{"10.0.0.7:5544", "[fe80::1%eth0]:80", "@", "@../../etc/passwd"} {
		end, err := fileFor(t, o, peer)
		if err != nil {
			t.Fatal(err)
		}
		if _, err = end.Write([]byte(peer)); err != nil {
			t.Error(err)
		}
		if err = end.CloseWrite(); err != nil {
			t.Error(err)
		}
		_ = end.Close()
	}
	for name, want := range map[string]string{"1-10.0.0.7_5544.log": "10.0.0.7:5544", "2-fe80__1_eth0_80.log": "[fe80::1%eth0]:80",
		"3-client.log": "@", "4-_.._.._etc_passwd.log": "@../../etc/passwd"} {
		if got, err := os.ReadFile(filepath.Join(dir, name)); string(got) != want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

func TestAFileThatIsThereIsNotOverwritten(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(dir+"/1", []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	end, err := fileFor(t, output(t, dir+"/{n}"), "10.0.0.7:5544")
	if KindOf(err) != KindLocal || !errors.Is(err, fs.ErrExist) || end != nil {
		t.Errorf("%v, %v", end, err)
	}
	if got, _ := os.ReadFile(dir + "/1"); string(got) != "precious" {
		t.Errorf("%q", got)
	}
}

func TestALinkThatSomebodyHasPlantedIsNotFollowed(t *testing.T) {
	dir := t.TempDir()
	if err := os.Symlink(dir+"/elsewhere", dir+"/1"); err != nil {
		t.Skip("no symbolic links here: ", err)
	}
	if _, err := fileFor(t, output(t, dir+"/{n}"), ""); KindOf(err) != KindLocal {
		t.Error(err)
	}
	if _, err := os.Lstat(dir + "/elsewhere"); err == nil {
		t.Error("the link was followed")
	}
}

func TestOutputIsCheckedBeforeAnybodyConnects(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(dir+"/file", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for pattern, fine := range map[string]bool{dir + "/new": true, dir + "/{n}": true, dir + "/file": false,
		dir + "/missing/{n}": false, dir + "/file/{n}": false, "new-{peer}": true} {
		err := output(t, pattern).Check()
		if fine && err != nil || !fine && KindOf(err) != KindLocal {
			t.Errorf("%s: %v", pattern, err)
		}
	}
}

func TestPatternsThatCannotBeMeantAreRefused(t *testing.T) {
	for _, pattern := range []string{"", ".", "..", "dir/", "{n}/f", "{peer}/{n}", "{host}", "a{n", "}"} {
		if _, err := ParseOutput(pattern, false); KindOf(err) != KindUsage {
			t.Errorf("%q: %v", pattern, err)
		}
	}
	if _, err := ParseOutput("same", true); KindOf(err) != KindUsage {
		t.Errorf("one file for all: %v", err)
	}
}

func FuzzFileName(f *testing.F) {
	for _, peer := range []string{"10.0.0.7:1", "[::1]:1", "", "@", "@..", "..", "./../x", "-rf", "a\x00b", "日本"} {
		f.Add(peer)
	}
	f.Fuzz(func(t *testing.T, peer string) {
		name := fileName(peer)
		if !regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._-]*$`).MatchString(name) || len(name) > maxFileName {
			t.Errorf("%q makes %q", peer, name)
		}
		if strings.HasSuffix(name, ".") {
			t.Errorf("%q makes %q, which Windows shortens", peer, name)
		}
	})
}
