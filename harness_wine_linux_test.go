package main

import (
	"bytes"
	"encoding/binary"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// A windows is the Windows binary of fid under wine: a directory with the commands fid and nc.
type windows struct {
	t                *testing.T
	prefix, commands string
}

// newWindows builds fid and makes a Windows of its own for it.
func newWindows(t *testing.T) *windows {
	t.Helper()
	requirePlatforms(t)
	requirePeer(t, "wine", "wineboot", "wineserver")
	w := &windows{t, t.TempDir(), t.TempDir()}
	t.Cleanup(func() { _, _ = w.run("wineserver", "-k"), w.run("wineserver", "-w") })
	err := w.run("wineserver", "-p60") // stays for a minute, so that no fid is the one that starts it
	if err == nil {
		err = w.run("wineboot", "-i")
	}
	if err == nil {
		err = supplyPrng(w.prefix)
	}
	if err == nil {
		command := "env WINEPREFIX=" + w.prefix + " WINEDEBUG=-all LC_ALL=C.UTF-8 wine " + buildFor(t, "windows", "amd64")
		err = foreign{command: command}.install(w.commands)
	}
	if err != nil {
		t.Fatal("wine: ", err)
	}
	return w
}

// wine is the command of a program of wine's.
func (w *windows) wine(name string, args ...string) *exec.Cmd {
	c := exec.Command(name, args...)
	c.Env = append(os.Environ(), "WINEPREFIX="+w.prefix, "WINEDEBUG=-all", "DISPLAY=")
	return c
}

// run runs a program of wine's. Its output goes to no pipe: what it leaves running would hold
// that open.
func (w *windows) run(name string, args ...string) error { return w.wine(name, args...).Run() }

// kill ends every fid at once (TerminateProcess). After a SIGKILL wine keeps a socket, now and then.
func (w *windows) kill() {
	w.t.Helper()
	if err := w.run("wine", "taskkill", "/f", "/im", "fid.exe"); err != nil {
		w.t.Errorf("taskkill: %v", err)
	}
}

// begin is begin of the Windows binary.
func (w *windows) begin(t *testing.T, stdin *os.File, set func(*exec.Cmd), args ...string) *process {
	t.Helper()
	return begin(t, stdin, w.command(set), args...)
}

func (w *windows) serving(t *testing.T, stdin *os.File, args ...string) (*process, string) {
	t.Helper()
	return serving(t, stdin, w.command(nil), args...)
}

// command has begin start the Windows binary.
func (w *windows) command(set func(*exec.Cmd)) func(*exec.Cmd) {
	return func(c *exec.Cmd) {
		c.Path, c.Err = filepath.Join(w.commands, "fid"), nil
		if set != nil {
			set(c)
		}
	}
}

// supplyPrng gives the prefix the bcryptprimitives.dll that Go's runtime asks for random numbers,
// and that wine has not before its version 8.16: one without code, whose ProcessPrng is advapi32's RtlGenRandom.
func supplyPrng(prefix string) error {
	path := filepath.Join(prefix, "drive_c", "windows", "system32", "bcryptprimitives.dll")
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	return os.WriteFile(path, forwardingDLL("bcryptprimitives.dll", "ProcessPrng", "advapi32.SystemFunction036"), 0o600)
}

// forwardingDLL is a DLL with one function, which is that of another DLL (Microsoft's "PE
// Format": forwarder RVA). Its one section is the export table.
func forwardingDLL(name, function, target string) []byte {
	const at, names, headers, page = 0x1000, 52, 0x200, 0x1000
	var b bytes.Buffer
	put := func(fields ...any) {
		for _, f := range fields {
			_ = binary.Write(&b, binary.LittleEndian, f) // a Buffer takes all
		}
	}
	text := name + "\x00" + function + "\x00" + target + "\x00"
	nameAt := uint32(at + names)
	functionAt := nameAt + uint32(len(name)) + 1
	size := uint32(names + len(text))
	put([]byte("MZ"), make([]byte, 58), uint32(64)) // the header for MS-DOS tells only where the next one is
	put([]byte("PE\x00\x00"), uint16(0x8664), uint16(1), [3]uint32{}, uint16(240), uint16(0x2022))
	put(uint16(0x20b), uint16(0), [5]uint32{}, uint64(0x180000000), uint32(page), uint32(headers))
	put([6]uint16{6, 0, 0, 0, 6, 0}, uint32(0), uint32(2*page), uint32(headers), uint32(0), uint16(3), uint16(0x140))
	put([4]uint64{1 << 20, page, 1 << 20, page}, uint32(0), uint32(16))
	put(uint32(at), size, make([]byte, 15*8)) // of the 16 directories, exports are the first
	put([]byte(".edata\x00\x00"), size, uint32(at), uint32(headers), uint32(headers), [3]uint32{}, uint32(0x40000040))
	put(make([]byte, headers-b.Len()))
	put([3]uint32{}, nameAt, [3]uint32{1, 1, 1}, [3]uint32{at + 40, at + 44, at + 48})
	put(functionAt+uint32(len(function))+1, functionAt, uint32(0), []byte(text))
	put(make([]byte, 2*headers-b.Len()))
	return b.Bytes()
}
