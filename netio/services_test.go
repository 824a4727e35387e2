package netio

import (
	"strings"
	"testing"
)

func TestTheFirstNameOfAPortStands(t *testing.T) {
	s := parseServices("# Network services\n\nssh\t\t22/tcp   # SSH\ndomain 53/tcp\ndomain\t53/udp\r\nhttp 80/tcp www\nother 80/tcp\nsyslog 514/udp\nshell 514/tcp cmd\nbroken\n")
	for _, x := range []struct{ port, protocol, want string }{
		{"22", "tcp", "ssh"}, {"22", "udp", ""}, {"53", "udp", "domain"}, {"80", "tcp", "http"},
		{"514", "tcp", "shell"}, {"514", "udp", "syslog"}, {"1", "tcp", ""}, {"", "tcp", ""},
	} {
		if got := s.Name(x.port, x.protocol); got != x.want {
			t.Errorf("%s/%s is %q, want %q", x.port, x.protocol, got, x.want)
		}
	}
	if got := Services(nil).Name("22", "tcp"); got != "" {
		t.Errorf("without a table: %q", got)
	}
}

func FuzzServices(f *testing.F) {
	f.Add("ssh 22/tcp\n")
	f.Add("a 1/tcp # b 2/tcp\r\n#\n1/tcp\n\x00 \xff/\n")
	f.Fuzz(func(t *testing.T, text string) {
		for port, name := range parseServices(text) {
			if name == "" || strings.ContainsAny(port+name, " \t\n#") {
				t.Errorf("%q has the port %q called %q", text, port, name)
			}
		}
	})
}
