package segment

import (
	"math"
	"strconv"
)

// maxTime is the last microsecond of the year 9999: later instants have no date in the usual notations.
const maxTime = 253_402_300_799_999_999

// pow10 has the powers of ten that fit in 64 bits.
var pow10 = func() (t [20]uint64) {
	t[0] = 1
	for i := 1; i < len(t); i++ {
		t[i] = t[i-1] * 10
	}
	return t
}()

// micros reads a decimal number in millionths, rounded half up. ok tells whether v is a number from 0 to maxTime.
func micros(v []byte) (t Time, ok bool) {
	m, exponent, ok := decimal(v)
	if !ok {
		return longMicros(v)
	}
	n, ok := scale(m, exponent+6)
	return Time(n), ok && n <= maxTime
}

// decimal reads a decimal number from 0 up as mantissa and exponent, if it has up to 19 digits.
func decimal(v []byte) (mantissa uint64, exponent int, ok bool) {
	i, digits := 0, 0
	for ; i < len(v) && v[i]-'0' <= 9; i++ {
		mantissa = mantissa*10 + uint64(v[i]-'0')
		digits++
	}
	if i < len(v) && v[i] == '.' {
		for i++; i < len(v) && v[i]-'0' <= 9; i++ {
			mantissa = mantissa*10 + uint64(v[i]-'0')
			digits++
			exponent--
		}
	}
	if i < len(v) && v[i]|0x20 == 'e' {
		n, err := strconv.Atoi(view(v[i+1:]))
		if err != nil || n < -400 || n > 400 { // beyond what a double has
			return 0, 0, false
		}
		exponent += n
		i = len(v)
	}
	return mantissa, exponent, digits > 0 && digits <= 19 && i == len(v)
}

// scale is m·10^exponent, rounded half up. ok tells whether it fits.
func scale(m uint64, exponent int) (n uint64, ok bool) {
	switch {
	case m == 0 || exponent < -19:
		return 0, true
	case exponent < 0:
		unit := pow10[-exponent]
		n = m / unit
		if rest := m % unit; rest >= unit-rest {
			n++
		}
		return n, true
	case exponent >= len(pow10) || m > math.MaxUint64/pow10[exponent]:
		return 0, false
	}
	return m * pow10[exponent], true
}

// longMicros is micros for what decimal does not take: very long numbers, signs, and what is no number at all.
func longMicros(v []byte) (t Time, ok bool) {
	seconds, err := strconv.ParseFloat(view(v), 64)
	if err != nil || !(seconds >= 0 && seconds*1e6 <= maxTime) {
		return 0, false
	}
	return Time(math.Round(seconds * 1e6)), true
}
