//go:build unix

package main

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
)

// A completer is a shell in which fid's script works: it returns what the Tab key offers, as
// words, at the end of a line that the user types.
type completer func(line string) []string

// completionDir is a directory with the scripts under the names that shells look for, and
// with files to be found.
func completionDir(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range map[string]string{"bash/completions/fid": completionScript("bash"), "zsh/_fid": completionScript("zsh"),
		"fish/fid.fish": completionScript("fish"), "my cert.pem": "", "my cert.d/key": ""} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// interactive starts a shell on a terminal, in which fid tells its arguments to descriptor 3,
// and returns what runs a line there: keys as they are typed, without the Enter key.
func interactive(t *testing.T, dir string, env []string, name string, args ...string) func(keys string) []string {
	t.Helper()
	requirePeer(t, name)
	told, tell := pipe(t)
	c := exec.Command(name, args...)
	c.Dir, c.ExtraFiles = dir, []*os.File{tell}
	c.Env = append(os.Environ(), append(env, "HOME="+dir, "TERM=dumb", "INPUTRC=/dev/null")...)
	screen, err := pty.Start(c)
	if err != nil {
		t.Skip("no pseudo-terminals here: ", err)
	}
	_ = tell.Close()
	var shown buffer
	seen := make(chan struct{})
	go func() { _, _ = io.Copy(&shown, screen); close(seen) }()
	t.Cleanup(func() {
		_ = screen.Close() // SIGHUP
		_ = c.Process.Kill()
		_ = c.Wait()
		<-seen
	})
	words := bufio.NewReader(told)
	next := func() string {
		_ = told.SetReadDeadline(time.Now().Add(patience))
		word, err := words.ReadString(0)
		if err != nil {
			t.Fatalf("%s: %v; on its screen stands %q", name, err, shown.String())
		}
		return strings.TrimSuffix(word, "\x00")
	}
	run := func(keys string) []string {
		if _, err := io.WriteString(screen, keys+"\n"); err != nil {
			t.Fatal(err)
		}
		var all []string
		for word := next(); word != "end of the line"; word = next() {
			all = append(all, word)
		}
		return all
	}
	next() // it is ready
	return run
}

// offers makes a completer of an interactive shell whose key inserts all that Tab offers.
func offers(run func(string) []string, key string) completer {
	return func(line string) []string {
		typed := strings.Fields(line[strings.LastIndex(line, "fid ")+len("fid "):])
		if !strings.HasSuffix(line, " ") {
			typed = typed[:len(typed)-1]
		}
		return run(line + key)[len(typed):]
	}
}

// bash starts one that reads setup.
func bash(t *testing.T, setup string) func(string) []string {
	t.Helper()
	requirePeer(t, "bash")
	if exec.Command("bash", "-c", "type compopt").Run() != nil {
		missing(t, "bash is older than 4")
	}
	dir := completionDir(t)
	rc := filepath.Join(dir, "rc")
	const ready = `
PS1='> '
fid() { printf '%s\0' "$@" "end of the line" >&3; }
printf 'ready\0' >&3
`
	if err := os.WriteFile(rc, []byte(setup+ready), 0o644); err != nil {
		t.Fatal(err)
	}
	return interactive(t, dir, []string{"XDG_DATA_HOME=/nonexistent", "BASH_COMPLETION_USER_DIR=" + dir + "/bash"}, "bash", "--noprofile", "--rcfile", rc, "-i")
}

// zsh starts one that reads setup.
func zsh(t *testing.T, setup string) func(string) []string {
	dir := completionDir(t)
	const allMatches = `
zle -C all-matches complete-word _generic
bindkey '^Xa' all-matches
zstyle ':completion:all-matches:*' completer _all_matches _complete
zstyle ':completion:all-matches:*' insert true
setopt no_beep
PS1='> '
zle-line-init() { printf 'ready\0' >&3; zle -D zle-line-init; }
zle -N zle-line-init
fid() { printf '%s\0' "$@" "end of the line" >&3; }
`
	if err := os.WriteFile(filepath.Join(dir, ".zshrc"), []byte(setup+allMatches), 0o644); err != nil {
		t.Fatal(err)
	}
	return interactive(t, dir, []string{"ZDOTDIR=" + dir}, "zsh", "-d", "-i")
}

// fish asks it for its completions, which needs no terminal.
func fish(t *testing.T, setup string) completer {
	t.Helper()
	requirePeer(t, "fish")
	dir := completionDir(t)
	return func(line string) []string {
		c := exec.Command("fish", "--no-config", "-c", setup+`; complete -C "$argv[1]"`, line)
		c.Dir, c.Env = dir, append(os.Environ(), "HOME="+dir, "XDG_CONFIG_HOME="+dir)
		var complaints bytes.Buffer
		c.Stderr = &complaints
		out, err := c.Output()
		if err != nil || complaints.Len() > 0 {
			t.Fatalf("%s: %v: %s", line, err, &complaints)
		}
		var words []string
		for offer := range strings.Lines(string(out)) {
			word, _, _ := strings.Cut(strings.TrimSuffix(offer, "\n"), "\t")
			words = append(words, word)
		}
		return words
	}
}

const (
	bashAllMatches = "\x1b*" // insert-completions of readline(3)
	zshAllMatches  = "\x18a"
)

func completers() map[string]func(*testing.T) completer {
	return map[string]func(*testing.T) completer{
		"bash": func(t *testing.T) completer {
			return offers(bash(t, "source bash/completions/fid"), bashAllMatches)
		},
		"bash with bash-completion": func(t *testing.T) completer {
			const library = "/usr/share/bash-completion/bash_completion"
			if _, err := os.Stat(library); err != nil {
				missing(t, "bash-completion is not installed")
			}
			return offers(bash(t, "source "+library), bashAllMatches)
		},
		"zsh": func(t *testing.T) completer {
			return offers(zsh(t, "autoload -Uz compinit; compinit -u -D; source zsh/_fid"), zshAllMatches)
		},
		"zsh by fpath": func(t *testing.T) completer {
			return offers(zsh(t, "fpath=($PWD/zsh $fpath); autoload -Uz compinit; compinit -u -D"), zshAllMatches)
		},
		"fish": func(t *testing.T) completer { return fish(t, "source fish/fid.fish") },
	}
}
