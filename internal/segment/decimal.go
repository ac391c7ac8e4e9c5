package segment

import (
	"math/bits"
	"strconv"

	"github.com/rayscope/rayscope/internal/jsonscan"
)

// maxTime is the last microsecond of the year 9999: later instants have no date in the usual notations.
const maxTime = 253_402_300_799_999_999

// timeRule says what times are taken, in the words of a Detail.
const timeRule = "a number of epoch seconds from 0 to the year 9999"

// An instant is a value that should be a time.
type instant struct {
	text   []byte // nil if absent
	time   Time
	number bool // it is a number
	ok     bool // it is a time
}

// instant reads a time.
func (p *parser) instant() (t instant) {
	if !isNumber(p.Peek()) {
		t.text = p.given()
		return t
	}
	n := p.Number()
	t.text, t.number = n.Text, true
	t.time, t.ok = micros(n)
	return t
}

// isNumber tells whether a value that starts with c is a number.
func isNumber(c byte) bool { return c == '-' || c-'0' <= 9 }

// micros is n in millionths, rounded half up. ok tells whether n is from 0 to maxTime.
func micros(n jsonscan.Number) (t Time, ok bool) {
	if !n.Exact {
		return longMicros(n.Text)
	}
	m, ok := scale(n.Mantissa, n.Exponent+6)
	return Time(m), ok && m <= maxTime && (m == 0 || !n.Negative)
}

// pow10 has the powers of ten that fit in 64 bits.
var pow10 = func() (t [20]uint64) {
	t[0] = 1
	for i := 1; i < len(t); i++ {
		t[i] = t[i-1] * 10
	}
	return t
}()

// scale is m·10^exponent, rounded half up. ok tells whether it fits.
func scale(m uint64, exponent int) (n uint64, ok bool) {
	switch {
	case exponent == 0:
		return m, true
	case m == 0 || exponent < -19:
		return 0, true
	case exponent < 0:
		unit := pow10[-exponent]
		n = m / unit
		if rest := m % unit; rest >= unit-rest {
			n++
		}
		return n, true
	case exponent >= len(pow10):
		return 0, false
	}
	over, n := bits.Mul64(m, pow10[exponent])
	return n, over == 0
}

// longMicros is micros for numbers with very many digits, of which it takes the first 19: what follows them is finer than
// a microsecond in all times that are good.
func longMicros(text []byte) (t Time, ok bool) {
	n := jsonscan.Number{Exact: true}
	fraction := false
	for i, c := range text {
		switch {
		case c == '-':
			n.Negative = true
		case c == '.':
			fraction = true
		case c|0x20 == 'e':
			e, err := strconv.Atoi(view(text[i+1:]))
			if err != nil {
				return 0, false
			}
			n.Exponent += min(max(e, -farExponent), farExponent)
			return micros(n)
		case n.Mantissa < 1e18:
			n.Mantissa = n.Mantissa*10 + uint64(c-'0')
			if fraction {
				n.Exponent--
			}
		case !fraction:
			n.Exponent++
		}
	}
	return micros(n)
}

// farExponent outweighs the digits of any document.
const farExponent = 1 << 20
