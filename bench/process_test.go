package main

import "testing"

func TestSumOf(t *testing.T) {
	const text = `# TYPE drops_total counter
drops_total{reason="full"} 2
drops_total{reason="old"} 3
drops_total_more 100
rate 1.5e+06
`
	for name, want := range map[string]float64{"drops_total": 5, "rate": 1.5e6, "none": 0} {
		if got, err := sumOf(text, name); got != want || err != nil {
			t.Errorf("sumOf(%s) = %v, %v, want %v", name, got, err, want)
		}
	}
	if _, err := sumOf("rate fast\n", "rate"); err == nil {
		t.Error("sumOf takes a value that is no number")
	}
}
