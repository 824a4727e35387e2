package netio

import (
	"path/filepath"

	"golang.org/x/sys/windows"
)

func servicesFile() string {
	system, err := windows.GetSystemDirectory()
	if err != nil {
		return ""
	}
	return filepath.Join(system, "drivers", "etc", "services")
}
