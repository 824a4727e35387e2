// Command fid joins standard input and output, or a second socket, to a stream.
package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"fid/netio"
)

func main() {
	os.Exit(run(os.Args))
}

// run is the program: the arguments in, the exit code out.
func run(args []string) int {
	ctx, cancel := context.WithCancelCause(context.Background())
	defer catchSignals(cancel)()
	asNC := isNC(args[0])
	out := newConsole(ctx, cancel, asNC)
	line, err := readArgs(args[1:], asNC)
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

// execute gives the command line to urfave/cli. Only the command that is named
// is built: the others would cost every start.
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
	app := &cli.App{
		Name:           "fid",
		HideHelp:       true,
		HideVersion:    true,
		Writer:         os.Stderr,
		ErrWriter:      os.Stderr,
		ExitErrHandler: func(*cli.Context, error) {}, // run exits, nobody else
		OnUsageError:   func(_ *cli.Context, err error, _ bool) error { return netio.Usagef("", "%s", err) },
		Commands: []*cli.Command{{
			Name:     line.mode,
			HideHelp: true,
			Flags:    cliFlags(line),
			Action:   func(c *cli.Context) error { return start(ctx, c, out) },
		}},
	}
	args := append([]string{"fid", line.mode}, line.flags...)
	return app.Run(append(append(args, "--"), line.words...))
}

// errHelpShown is the end of a run that had nothing to do: help was its answer.
var errHelpShown = &netio.Error{Kind: netio.KindUsage}

// cliFlags are the rows of the table that were typed, as urfave/cli takes them:
// it spends more on each flag than a port check spends on its connection.
// Values stay words here: options reads them, so that one place says what is
// wrong with them.
func cliFlags(line commandLine) []cli.Flag {
	var list []cli.Flag
	for _, f := range flags() {
		switch {
		case !line.names(f.name()):
		case f.letter == 'v':
			list = append(list, &cli.IntFlag{Name: f.name()})
		case f.value == "":
			list = append(list, &cli.BoolFlag{Name: f.name()})
		default:
			list = append(list, &cli.StringFlag{Name: f.name()})
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
