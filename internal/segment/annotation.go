package segment

import (
	"slices"
	"strconv"
	"unicode/utf8"
)

// annotations reads the annotations of an entity and keeps what can be indexed.
func (p *parser) annotations(e *Entity) {
	d := p.d
	start := len(d.annotations)
	for key := p.object(); key != nil; key = p.NextKey() {
		a, indexed := p.annotation()
		a.Key = view(key)
		d.putAnnotation(start, a, indexed && indexable(key))
	}
	e.Annotations = slices.Clip(d.annotations[start:])
}

// annotation reads a value and reports whether it is one that can be indexed.
func (p *parser) annotation() (a Annotation, ok bool) {
	switch p.Peek() {
	case '"':
		a.Kind = StringValue
		a.String = p.text(MaxDocument)
		return a, len(a.String) <= MaxAnnotationValue || utf8.RuneCountInString(a.String) <= MaxAnnotationValue
	case 't', 'f':
		a.Kind = BoolValue
		a.Bool = p.Bool()
		return a, true
	case 'n', '{', '[':
		p.Skip()
		return a, false
	}
	a.Kind = NumberValue
	n := p.Number()
	if n.Exact && n.Exponent == 0 && !n.Negative {
		a.Number = float64(n.Mantissa)
		return a, true
	}
	var err error
	a.Number, err = strconv.ParseFloat(view(n.Text), 64)
	return a, err == nil
}

// putAnnotation adds a to those from start on, where it takes the place of one with the same key.
func (d *Digest) putAnnotation(start int, a Annotation, indexed bool) {
	own := d.annotations[start:]
	i := slices.IndexFunc(own, func(b Annotation) bool { return b.Key == a.Key })
	switch {
	case i >= 0 && indexed:
		own[i] = a
	case i >= 0:
		d.annotations = slices.Delete(d.annotations, start+i, start+i+1)
	case indexed && len(own) < MaxAnnotations:
		d.annotations = append(d.annotations, a)
	}
}

// limitAnnotations keeps those whose keys are among the first MaxAnnotations distinct ones.
func (d *Digest) limitAnnotations() {
	keys := make([]string, 0, MaxAnnotations)
	for i := range d.Entities {
		e := &d.Entities[i]
		e.Annotations = slices.DeleteFunc(e.Annotations, func(a Annotation) bool {
			if slices.Contains(keys, a.Key) {
				return false
			}
			if len(keys) == MaxAnnotations {
				return true
			}
			keys = append(keys, a.Key)
			return false
		})
	}
}

// indexable tells whether a key can be indexed: 1 to MaxAnnotationKey of the characters that filter expressions can name.
func indexable(key []byte) bool {
	if len(key) == 0 || len(key) > MaxAnnotationKey {
		return false
	}
	for _, c := range key {
		if !keyByte[c] {
			return false
		}
	}
	return true
}

// keyByte has the characters of keys that are indexed.
var keyByte = func() (t [256]bool) {
	for _, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.") {
		t[c] = true
	}
	return t
}()
