package main

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"time"
)

func someReport() report {
	return report{
		when:    time.Date(2025, time.March, 1, 12, 0, 0, 0, time.UTC),
		took:    11*time.Minute + 40*time.Second,
		rounds:  5,
		facts:   []fact{{"Go", "go1.26"}},
		missing: []string{"rinetd"},
		figures: []*figure{
			sampled(figure{section: "start", name: "port check <&>", unit: "ms", digits: 2, lower: true, charted: true, meaning: "A check.",
				bars: []bar{{against: []string{"nc"}, factor: 1.5}}},
				[]string{subjectName, otherName, "nc", "ncat", "socat"},
				map[string]float64{subjectName: 1, otherName: 1.5, "nc": 0.5, "ncat": 40}),
			sampled(figure{section: "scale", name: "fid echo", unit: "requests/s", subject: "5 connections", meaning: "A crowd."},
				[]string{"5 connections"}, map[string]float64{"5 connections": 1}),
		},
	}
}

func TestChartIsWellFormed(t *testing.T) {
	d := xml.NewDecoder(bytes.NewReader(someReport().svg()))
	var said strings.Builder
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if text, ok := token.(xml.CharData); ok {
			said.Write(text)
		}
	}
	for _, want := range []string{"start: port check <&>", "ms, lower is better", "40.00 (40.00 ×)", lostData} {
		if !strings.Contains(said.String(), want) {
			t.Errorf("the chart does not say %q: %s", want, said.String())
		}
	}
	if strings.Contains(said.String(), "fid echo") {
		t.Error("the chart has a figure that is not charted")
	}
}

func TestPage(t *testing.T) {
	page := string(someReport().markdown())
	for _, want := range []string{
		"measured on one machine on 2025-03-01 by",
		"this takes them anew, in about 12 minutes",
		"Each figure is the median of 5 rounds.",
		"| Go | go1.26 |\n",
		"| rinetd | not installed: `apt-get install rinetd` |\n",
		"| start: port check <&> | at most 1.5 × nc | 2.00 × | **missed** |\n",
		"### port check <&>\n\nA check. Lower is better.\n",
		"| ncat | 40.00 ms | 40.00 – 40.00 | 40.00 |\n",
		"\nsocat lost data: 1 bytes of 2.\n",
		"| | median | range | ÷ 5 connections |\n",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q:\n%s", want, page)
		}
	}
}
