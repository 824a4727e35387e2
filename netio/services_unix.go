//go:build unix

package netio

func servicesFile() string { return "/etc/services" }
