package main

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"fid/netio"
)

// The test binary is fid itself when a script calls fid or nc, and the services of the documents' commands.
func TestMain(m *testing.M) {
	var tests testscript.TestingM = m
	if command := os.Getenv("FID_COMMAND"); command != "" {
		tests = foreign{m, command}
	}
	testscript.Main(tests, map[string]func(){"fid": main, "nc": main, netio.KeeperName: main, "doc-services": docServices})
}

// TestScripts runs the sessions of testdata: each is a shell script as a user
// would type it, with what must be on its standard output and error.
func TestScripts(t *testing.T) {
	if _, err := os.Stat("/bin/sh"); err != nil {
		t.Skip("the scripts are for a POSIX shell: there is no /bin/sh here")
	}
	testscript.Run(t, testscript.Params{Dir: "testdata", RequireExplicitExec: true, RequireUniqueNames: true,
		UpdateScripts: os.Getenv("FID_UPDATE") != ""}) // writes what was said into the scripts: read the diff
}
