package main

import "testing"

func TestMedian(t *testing.T) {
	for _, c := range []struct {
		samples []float64
		want    float64
	}{
		{[]float64{7}, 7},
		{[]float64{9, 1, 5}, 5},
		{[]float64{4, 1, 3, 2}, 2.5},
	} {
		if got := median(c.samples); got != c.want {
			t.Errorf("median(%v) = %v, want %v", c.samples, got, c.want)
		}
	}
}

func TestMedianLeavesTheOrder(t *testing.T) {
	samples := []float64{3, 1, 2}
	median(samples)
	if samples[0] != 3 || samples[1] != 1 {
		t.Errorf("the samples became %v", samples)
	}
}

func TestNumber(t *testing.T) {
	for _, c := range []struct {
		value  float64
		digits int
		want   string
	}{
		{0, 0, "0"},
		{999.6, 0, "1,000"},
		{1234567.891, 2, "1,234,567.89"},
		{-1234, 0, "-1,234"},
		{-123, 1, "-123.0"},
	} {
		if got := number(c.value, c.digits); got != c.want {
			t.Errorf("number(%v, %d) = %q, want %q", c.value, c.digits, got, c.want)
		}
	}
}

func TestRatioAndTrim(t *testing.T) {
	for got, want := range map[string]string{
		ratio(3, 2):    "1.50",
		ratio(1, 0):    "–",
		trim(1):        "1",
		trim(1.5):      "1.5",
		trim(1.05):     "1.05",
		trim(20):       "20",
		trim(2.0 / 3):  "0.67",
		capital("low"): "Low",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestListed(t *testing.T) {
	for want, names := range map[string][]string{
		"nc":                 {"nc"},
		"nc and ncat":        {"nc", "ncat"},
		"nc, ncat and socat": {"nc", "ncat", "socat"},
	} {
		if got := listed(names); got != want {
			t.Errorf("listed(%q) = %q, want %q", names, got, want)
		}
	}
}
