package netio

import "testing"

func TestBytesAreSaidAsPeopleSayThem(t *testing.T) {
	for want, got := range map[string]string{
		"0 B": Bytes(0), "999 B": Bytes(999), "1.0 kB": Bytes(1000), "1.0 MB": Bytes(999_950), "4.0 GB": Bytes(4e9),
		"1.2 of 4.0 GB": BytesOf(12e8, 4e9), "64.0 kB of 4.0 GB": BytesOf(64000, 4e9), "5 of 10 B": BytesOf(5, 10),
		"3999999 of 4000000 B": BytesOf(3_999_999, 4_000_000), "4.0 of 4.0 MB": BytesOf(4_000_000, 4_000_000),
	} {
		if got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
