// How many processors there are is found at the start and stays: the goroutine
// that would look again every second takes a twentieth of a port check's time.
//
//go:debug updatemaxprocs=0

// Command fid joins standard input and output, or a second socket, to a stream.
package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"fid/netio"
)

func main() {
	os.Exit(run(os.Args))
}

// run is the program: the arguments in, the exit code out.
func run(args []string) int {
	asNC := isNC(args[0])
	line, err := readArgs(args[1:], asNC)
	ctx, cancel := context.WithCancelCause(context.Background())
	out := newConsole(ctx, cancel, asNC)
	if err == nil && defaultActionEnds && line.isBareCheck() {
		out.stdout.direct, out.stderr.direct = true, true // a signal ends a Write that waits, too
	} else {
		catchSignals(cancel)
	}
	if err == nil {
		err = execute(ctx, line, out)
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
		out.usage(os.Stderr)
		return errHelpShown
	}
	if line.names("help") {
		out.help(line)
		return nil
	}
	if line.names("version") {
		out.version()
		return nil
	}
	out.mode = line.mode
	todo, err := parse(line, out)
	if err != nil {
		return err
	}
	return todo.run(ctx)
}

// parse gives the command line to urfave/cli and returns what is to be done. That
// is done afterwards and not in the Action: on top of the library's frames the
// stack would have to grow once more, a twentieth of a port check's time.
func parse(line commandLine, out *console) (task, error) {
	cli.HelpFlag = nil // fid has its own; its names would go through a regular expression
	var t task
	app := &cli.App{
		Name:           "fid",
		HideHelp:       true,
		HideVersion:    true,
		Compiled:       time.Unix(1, 0), // else the library asks the file system
		Writer:         os.Stderr,
		ErrWriter:      os.Stderr,
		ExitErrHandler: func(*cli.Context, error) {}, // run exits, nobody else
		OnUsageError:   func(_ *cli.Context, err error, _ bool) error { return netio.Usagef("", "%s", err) },
		Flags:          line.cliFlags(),
		Action: func(c *cli.Context) (err error) {
			t, err = prepare(&values{c: c, table: line.table, line: line, asNC: out.asNC}, out)
			return err
		},
	}
	args := append([]string{"fid"}, line.flags...)
	err := app.Run(append(append(args, "--"), line.words...))
	return t, err
}

// errHelpShown is the end of a run that had nothing to do: help was its answer.
var errHelpShown = &netio.Error{Kind: netio.KindUsage}

// cliFlags are the rows of the table that were typed: urfave/cli spends more on
// each flag than a port check spends on its connection.
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
