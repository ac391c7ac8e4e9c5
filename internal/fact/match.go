package fact

import "strings"

// Holds tells whether a fact with this value satisfies the condition. The field and the key are not looked at.
func (c *Condition) Holds(v Value) bool {
	if c.Op == Set {
		return true
	}
	if v.Kind != c.Value.Kind {
		return false
	}
	switch c.Op {
	case Equal:
		return v == c.Value
	case NotEqual:
		return v != c.Value
	case Contains:
		return strings.Contains(v.String, c.Value.String)
	case BeginsWith:
		return strings.HasPrefix(v.String, c.Value.String)
	case EndsWith:
		return strings.HasSuffix(v.String, c.Value.String)
	case Less:
		return v.Number < c.Value.Number
	case LessOrEqual:
		return v.Number <= c.Value.Number
	case Greater:
		return v.Number > c.Value.Number
	}
	return v.Number >= c.Value.Number
}
