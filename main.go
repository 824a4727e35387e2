// How many processors there are is found at the start and stays: the goroutine
// that would look again every second takes a twentieth of a port check's time.
//
//go:debug updatemaxprocs=0

// Command fid joins standard input and output, or a second socket, to a stream.
package main

import (
	"context"
	stdflag "flag"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"fid/netio"
)

func main() {
	if os.Args[0] == netio.KeeperName {
		netio.KeepTerminal()
		return
	}
	os.Exit(run(os.Args))
}

// run is the program: the arguments in, the exit code out.
func run(args []string) int {
	asNC := isNC(args[0])
	line, misread := readArgs(args[1:], asNC)
	ctx, cancel := context.WithCancelCause(context.Background())
	out := newConsole(ctx, cancel, asNC)
	defer out.terminal.Restore() // a panic comes past here
	if misread == nil && defaultActionEnds && line.isBareCheck() {
		out.stdout.direct, out.stderr.direct = true, true // a signal ends a Write that waits, too
	} else {
		catchSignals(cancel)
	}
	err := misread
	if err == nil {
		err = execute(ctx, line, out)
	}
	if err != nil && !asNC {
		err = suspectMode(err, line, args[1:], misread != nil)
	}
	code := out.finish(ctx, err)
	dieBySignal(code)
	return int(code)
}

// isNC reports whether fid was started under the name nc.
func isNC(arg0 string) bool {
	name := strings.TrimSuffix(filepath.Base(arg0), ".exe")
	return name == "nc" || name == "netcat"
}

// execute does what the command line asks for.
func execute(ctx context.Context, line commandLine, out *console) error {
	if line.mode == "" {
		_, _ = io.WriteString(os.Stderr, out.usage())
		return errHelpShown
	}
	if line.names("help") {
		out.answer(out.help(line))
		return nil
	}
	if line.names("version") {
		out.answer(version())
		return nil
	}
	if line.names("completion") {
		return out.completion(line)
	}
	out.mode = line.mode
	todo, err := parse(line, out)
	if err != nil {
		return err
	}
	if !out.stdout.direct { // a bare check catches no signals
		catchReports(out.report)
	}
	return todo.run(ctx)
}

// parse reads the command line and returns what is to be done. Of urfave/cli it takes the
// flags and their context, not App.Run: that leads to the library's own help, whose
// templates call methods by names which the linker cannot know. It would keep every method
// of every type then, a sixth of the program.
func parse(line commandLine, out *console) (task, error) {
	set := stdflag.NewFlagSet("fid", stdflag.ContinueOnError)
	set.SetOutput(io.Discard) // what is wrong is said by finish
	for _, f := range line.cliFlags() {
		_ = f.Apply(set) // a row's never fails
	}
	args := append(slices.Clone(line.flags), "--")
	if err := set.Parse(append(args, line.words...)); err != nil {
		return task{}, netio.Usagef("", "%s", err)
	}
	c := cli.NewContext(nil, set, nil)
	return prepare(&values{c: c, table: line.table, line: line, asNC: out.asNC}, out)
}

// errHelpShown is the end of a run that had nothing to do: help was its answer.
var errHelpShown = &netio.Error{Kind: netio.KindUsage}

// cliFlags are the rows of the table that were typed: a port check does not make the
// hundred others first.
func (l commandLine) cliFlags() []cli.Flag {
	var list []cli.Flag
	for i := range l.table {
		if l.names(l.table[i].name()) {
			list = append(list, &l.table[i])
		}
	}
	return list
}

// all returns every value of a flag that may be repeated, in their order.
func (l commandLine) all(name string) []string {
	var list []string
	for _, typed := range l.flags {
		if value, found := strings.CutPrefix(typed, "--"+name+"="); found {
			list = append(list, value)
		}
	}
	return list
}

// names reports whether the flag was typed, with a value or without.
func (l commandLine) names(flag string) bool {
	for _, typed := range l.flags {
		if name, _, _ := strings.Cut(typed[len("--"):], "="); name == flag {
			return true
		}
	}
	return false
}
