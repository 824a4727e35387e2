package netio

import (
	"os"

	"golang.org/x/sys/windows"
)

// A screen is the console's output, which has a mode of its own.
type screen struct{ mode uint32 }

// openScreen has the console obey control sequences; nil: it does already, or there is none.
func openScreen() *screen {
	var s screen
	out := windows.Handle(os.Stdout.Fd())
	if windows.GetConsoleMode(out, &s.mode) != nil {
		return nil
	}
	obeys := s.mode | windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING | windows.DISABLE_NEWLINE_AUTO_RETURN
	if obeys == s.mode || windows.SetConsoleMode(out, obeys) != nil {
		return nil
	}
	return &s
}

func (s *screen) restore() {
	if s != nil {
		_ = windows.SetConsoleMode(windows.Handle(os.Stdout.Fd()), s.mode)
	}
}

// followJob: Windows has no job control.
func (t *RawTerminal) followJob()       {}
func (t *RawTerminal) awaitForeground() {}

func inBackground() bool { return false }

// A keeper: a console is nobody's after a process that dies.
type keeper struct{}

// KeeperName is the name of a process that there is not here.
const KeeperName = "fid-terminal-keeper"

func startKeeper(string) *keeper { return nil }
func (k *keeper) arm()           {}
func (k *keeper) disarm()        {}

// KeepTerminal does nothing here.
func KeepTerminal() {}
