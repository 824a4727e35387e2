package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// requirePlatforms skips a test that builds fid for another system and runs it there.
func requirePlatforms(t *testing.T) {
	t.Helper()
	if os.Getenv("FID_PLATFORMS") != "1" {
		t.Skip("it takes a minute, and so runs where FID_PLATFORMS=1 only: .ci/platforms sets that")
	}
}

// buildFor builds fid as it is released, for another system or processor.
func buildFor(t *testing.T, system, processor string) (program string) {
	t.Helper()
	program = filepath.Join(t.TempDir(), "fid")
	if system == "windows" {
		program += ".exe"
	}
	compile(t, system, processor, "build", "-trimpath", "-tags", "urfave_cli_no_docs", "-ldflags", "-s -w", "-o", program, ".")
	return program
}

// compile runs go for another system or processor.
func compile(t *testing.T, system, processor string, args ...string) {
	t.Helper()
	requirePeer(t, "go")
	c := exec.Command("go", args...)
	c.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS="+system, "GOARCH="+processor)
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("go %s: %v\n%s", args[0], err, out)
	}
}

// holdScripts runs scripts of testdata with another fid than the test binary.
func holdScripts(t *testing.T, commands string, scripts ...string) {
	t.Helper()
	p := testscript.Params{RequireExplicitExec: true, Setup: func(env *testscript.Env) error {
		env.Setenv("PATH", commands+string(os.PathListSeparator)+env.Getenv("PATH"))
		env.Setenv("LC_ALL", "C.UTF-8") // wine reads arguments in it
		return nil
	}}
	for _, name := range scripts {
		p.Files = append(p.Files, filepath.Join("testdata", name+".txtar"))
	}
	p.UpdateScripts = os.Getenv("FID_UPDATE") != ""
	testscript.Run(t, p)
}

// underQEMU runs scripts with a fid for another processor, under qemu-user.
func underQEMU(t *testing.T, processor, qemu string, scripts ...string) {
	t.Helper()
	requirePlatforms(t)
	runner, err := lookPeer("qemu-" + qemu + "-static")
	if err != nil {
		runner, err = lookPeer("qemu-" + qemu)
	}
	if err != nil {
		missing(t, "qemu-"+qemu+" is not installed")
	}
	commands := t.TempDir()
	if err := (foreign{command: runner + " " + buildFor(t, "linux", processor)}).install(commands); err != nil {
		t.Fatal(err)
	}
	holdScripts(t, commands, scripts...)
}

// All but checks.txtar, whose clock of 0.1 s is short for a processor that is emulated.
func TestTheARM64BinaryHoldsTheScriptsUnderQEMU(t *testing.T) {
	underQEMU(t, "arm64", "aarch64", "addresses", "bind", "dialogue", "exec", "flags", "forty", "getopt", "hex",
		"names", "nc", "options", "pace", "packets", "pcap", "ports", "proxy", "raw", "refused", "scripts", "seeing",
		"sharing", "transfer", "udp", "unix")
}

// Its numbers have their high byte first, which a struct that is read by hand would show.
func TestTheS390XBinaryHoldsTheScriptsUnderQEMU(t *testing.T) {
	underQEMU(t, "s390x", "s390x", "exec", "hex", "packets", "pcap", "scripts", "transfer", "udp", "unix")
}
