package fact

import "math"

// Grid rounds a duration in seconds down to three binary digits, so that an index has few values of it: 8 for each
// doubling. It never changes the order of two durations, so what holds of a > b or a < b holds of Grid(a) >= Grid(b) or
// Grid(a) <= Grid(b). Durations of less than a microsecond are 0.
func Grid(seconds float64) float64 {
	if !(seconds >= 1e-6) {
		return 0
	}
	fraction, exponent := math.Frexp(seconds) // fraction in [1/2, 1)
	return math.Ldexp(math.Floor(fraction*16)/16, exponent)
}
