package jsonscan

import "encoding/binary"

// A Number is a number as it is written. If Exact is set its value is ±Mantissa·10^Exponent; else it has more than 19
// digits or an exponent beyond ±9999, and the text has to be read by other means.
type Number struct {
	Text     []byte
	Mantissa uint64
	Exponent int
	Negative bool
	Exact    bool
}

// Number reads a number. It is the zero Number after an error.
func (s *Scanner) Number() Number {
	s.Peek()
	start, data := s.pos, s.data
	i := start
	n := Number{Exact: true}
	if i < len(data) && data[i] == '-' {
		n.Negative = true
		i++
	}
	whole := i
	if i = n.digits(data, i); i == whole {
		s.fail(i, "a value")
		return Number{}
	}
	if data[whole] == '0' && i > whole+1 {
		s.fail(whole+1, "no digit after a leading zero")
		return Number{}
	}
	count := i - whole
	if i < len(data) && data[i] == '.' {
		point := i
		if i = n.digits(data, i+1); i == point+1 {
			s.fail(i, "a digit")
			return Number{}
		}
		n.Exponent = point + 1 - i
		count -= n.Exponent
	}
	n.Exact = count <= 19
	if i < len(data) && data[i]|0x20 == 'e' {
		if i = s.exponent(&n, i+1); i < 0 {
			return Number{}
		}
	}
	n.Text = data[start:i]
	s.pos = i
	return n
}

// digits adds the digits from i on to the mantissa and returns the index of the first other byte. The mantissa wraps
// round when there are too many.
func (n *Number) digits(data []byte, i int) int {
	for ; i+8 <= len(data); i += 8 {
		x := binary.LittleEndian.Uint64(data[i:])
		if !eightDigits(x) {
			break
		}
		n.Mantissa = n.Mantissa*1e8 + eightValue(x)
	}
	for ; i < len(data) && data[i]-'0' <= 9; i++ {
		n.Mantissa = n.Mantissa*10 + uint64(data[i]-'0')
	}
	return i
}

// eightDigits tells whether the eight bytes of x are all digits.
func eightDigits(x uint64) bool {
	return x&(0xf0*ones) == 0x30*ones && (x+0x06*ones)&(0xf0*ones) == 0x30*ones
}

// eightValue is the number that eight digits make, the first in the lowest byte. Neighbours are joined to numbers of two,
// then four, then eight digits.
func eightValue(x uint64) uint64 {
	x -= '0' * ones
	x = x*10 + x>>8
	const pair = 0x000000ff000000ff
	return (x&pair*(100+1000000<<32) + x>>16&pair*(1+10000<<32)) >> 32
}

// exponent adds the exponent, whose sign or first digit is at i, and returns the index behind it; -1 after an error.
func (s *Scanner) exponent(n *Number, i int) int {
	negative := false
	if i < len(s.data) && (s.data[i] == '+' || s.data[i] == '-') {
		negative = s.data[i] == '-'
		i++
	}
	var e Number
	first := i
	if i = e.digits(s.data, i); i == first {
		s.fail(i, "a digit")
		return -1
	}
	if i-first > 4 {
		n.Exact = false
		return i
	}
	if negative {
		n.Exponent -= int(e.Mantissa)
	} else {
		n.Exponent += int(e.Mantissa)
	}
	return i
}
