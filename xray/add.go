package xray

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"reflect"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/rayscope/rayscope/xray/header"
	"github.com/rayscope/rayscope/xray/internal/logger"
	"github.com/rayscope/rayscope/xray/strategy/exception"
	"github.com/rayscope/rayscope/xray/strategy/sampling"
)

// maxKey is the longest key of an annotation that X-Ray takes, in characters.
const maxKey = 500

// defaultNamespace is where metadata without a namespace goes.
const defaultNamespace = "default"

// open reports whether s records, and is not closed. The caller holds the lock.
func (s *Segment) open() bool { return s.tree != nil && !s.Dummy && s.InProgress }

// ids returns the trace id and the id, both "" for a nil segment.
func (s *Segment) ids() (trace, segment string) {
	if s == nil {
		return "", ""
	}
	s.RLock()
	defer s.RUnlock()
	return s.TraceID, s.ID
}

// Close ends the segment, with err if that is not nil. What is complete is sent. A segment that is nil, closed or not recorded
// stays as it is.
func (s *Segment) Close(err error) {
	if s.end(err) {
		s.tree.close(s)
	}
}

// CloseAndStream ends the subsegment and sends it at once, apart from its parent; of its children, those that are open are sent again when
// they are closed.
func (s *Segment) CloseAndStream(err error) {
	if s.end(err) {
		if s.parent == nil {
			s.tree.close(s)
			return
		}
		s.tree.stream(s)
	}
}

// end sets what says that s is closed. It reports whether there is something to send.
func (s *Segment) end(err error) bool {
	if s == nil || s.tree == nil && s.parent != nil {
		return false
	}
	s.Lock()
	defer s.Unlock()
	if !s.InProgress {
		return false
	}
	if err != nil && s.open() {
		s.addError(err)
	}
	s.InProgress = false
	if s.tree != nil {
		s.EndTime = seconds(s.tree.began.now().wall)
	} else {
		s.EndTime = s.StartTime + (time.Since(epoch) - s.began).Seconds()
	}
	if s.watch != nil && (s.Fault || err != nil) {
		s.watch.failed(s.Name)
	}
	return s.tree != nil && !s.Dummy
}

// RemoveSubsegment takes a child, with all below it, out of the trace. It reports whether it was there and not yet sent.
func (s *Segment) RemoveSubsegment(remove *Segment) bool {
	if s == nil || remove == nil || s.tree == nil || remove.tree != s.tree {
		return false
	}
	return s.tree.remove(s, remove)
}

// AddAnnotation sets what traces can be searched by. The value is a string, a boolean or a number, or of a type made from one; the error
// says what is wrong with another. In the key, characters other than letters, digits, "_" and "." of ASCII become "_", as
// X-Ray would not find it otherwise.
func (s *Segment) AddAnnotation(key string, value any) error {
	if s == nil || s.tree == nil {
		return nil
	}
	plain, err := scalar(value)
	if err == nil {
		key, err = annotationKey(key)
	}
	if err != nil {
		return fmt.Errorf("annotation %.100q: %w", key, err)
	}
	s.Lock()
	defer s.Unlock()
	if !s.open() {
		return nil
	}
	if s.Annotations == nil {
		s.Annotations = map[string]any{}
	}
	s.Annotations[key] = plain
	return nil
}

// annotationKey repairs a key.
func annotationKey(key string) (string, error) {
	if key == "" {
		return "", fmt.Errorf("the key is empty: give it a name of letters, digits, \"_\" and \".\"")
	}
	if n := utf8.RuneCountInString(key); n > maxKey {
		return key, fmt.Errorf("the key has %d characters, and X-Ray takes %d: shorten it", n, maxKey)
	}
	return strings.Map(func(r rune) rune {
		if r == '_' || r == '.' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' {
			return r
		}
		return '_'
	}, key), nil
}

// scalar returns the value of an annotation as one of Go's own types.
func scalar(value any) (any, error) {
	switch v := value.(type) {
	case string, bool, int, int8, int16, int32, int64, uint, uint8, uint16, uint32, uint64, uintptr:
		return value, nil
	case float64:
		return value, finite(v)
	}
	switch v := reflect.ValueOf(value); v.Kind() {
	case reflect.String:
		return v.String(), nil
	case reflect.Bool:
		return v.Bool(), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return v.Int(), nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return v.Uint(), nil
	case reflect.Float32:
		if f, ok := value.(float32); ok {
			return f, finite(v.Float())
		}
		return v.Float(), finite(v.Float())
	case reflect.Float64:
		return v.Float(), finite(v.Float())
	}
	return nil, fmt.Errorf("the value is a %T and must be a string, a number or a boolean: use AddMetadata for others", value)
}

func finite(f float64) error {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return fmt.Errorf("the value is %v and must be a finite number", f)
	}
	return nil
}

// AddMetadata is AddMetadataToNamespace with the namespace "default".
func (s *Segment) AddMetadata(key string, value any) error {
	return s.AddMetadataToNamespace(defaultNamespace, key, value)
}

// AddMetadataToNamespace sets what is shown with the segment: any value that encoding/json takes, as it is now. Another is replaced by
// a text that says why. The error is always nil.
func (s *Segment) AddMetadataToNamespace(namespace string, key string, value any) error {
	if s == nil || s.tree == nil {
		return nil
	}
	value = frozen(value)
	s.Lock()
	defer s.Unlock()
	if !s.open() {
		return nil
	}
	if s.Metadata == nil {
		s.Metadata = map[string]map[string]any{}
	}
	if s.Metadata[namespace] == nil {
		s.Metadata[namespace] = map[string]any{}
	}
	s.Metadata[namespace][key] = value
	return nil
}

// frozen returns a value that later changes of it cannot reach: itself if it has no parts, else its JSON.
func frozen(value any) any {
	switch value.(type) {
	case nil, string, bool, int, int8, int16, int32, int64, uint, uint8, uint16, uint32, uint64, float32, float64:
		return value
	}
	return marshal(value)
}

// marshal returns the JSON of v, or of a text that says why there is none. It does not panic where a method of v does.
func marshal(v any) (b json.RawMessage) {
	defer func() {
		if p := recover(); p != nil {
			b = excuse(v, fmt.Errorf("panic: %v", p))
		}
	}()
	b, err := json.Marshal(v)
	if err != nil {
		return excuse(v, err)
	}
	return b
}

// excuse is the JSON of a text that says why v has none.
func excuse(v any, err error) json.RawMessage {
	text := fmt.Sprintf("a %T could not be recorded: %v", v, err)
	logger.Warnf("%s", text)
	return appendString(nil, text)
}

// AddError records err, and the errors that it wraps, and marks the segment as failed. A nil err is none. The error is always nil.
func (s *Segment) AddError(err error) error {
	if s == nil || s.tree == nil && s.watch == nil || err == nil {
		return nil
	}
	s.Lock()
	defer s.Unlock()
	if s.open() {
		s.addError(err)
	} else if s.watch != nil && s.InProgress {
		s.Fault = true // it is not recorded, but counted
	}
	return nil
}

// addLateError records an error of what s stands for after its end. A segment that was sent by then stays as it was sent.
func (s *Segment) addLateError(err error) {
	s.Lock()
	defer s.Unlock()
	if s.tree != nil && !s.Dummy {
		s.addError(err)
	}
}

// AddException is AddError without the mark, for an error that is no fault: the caller sets the flag that goes with it.
func (s *Segment) AddException(err error) {
	if s == nil || s.tree == nil || err == nil {
		return
	}
	s.Lock()
	defer s.Unlock()
	if s.open() {
		s.addException(err)
	}
}

// maxExceptions bounds the exceptions of a segment: a loop that fails for ever should not fill the memory.
const maxExceptions = 64

// addError needs the lock.
func (s *Segment) addError(err error) {
	s.Fault = true
	s.addException(err)
}

// addException needs the lock.
func (s *Segment) addException(err error) {
	c := s.GetCause()
	c.WorkingDirectory = workingDirectory()
	if len(c.Exceptions) >= maxExceptions {
		return
	}
	c.Exceptions = append(c.Exceptions, s.exceptions(err)...)
}

// exceptions describes err. Where a method of err panics, that is what is told.
func (s *Segment) exceptions(err error) (list []exception.Exception) {
	defer func() {
		if p := recover(); p != nil {
			list = []exception.Exception{{ID: NewSegmentID(), Type: fmt.Sprintf("%T", err), Message: fmt.Sprintf("its description panicked: %v", p)}}
		}
	}()
	strategy := s.config().ExceptionFormattingStrategy
	if f, ok := strategy.(exception.ChainFormatter); ok {
		return f.ExceptionsFromError(err)
	}
	return []exception.Exception{strategy.ExceptionFromError(err)}
}

// config returns what s works with, never nil and complete.
func (s *Segment) config() *Config {
	for s != nil && s.tree == nil && s.ctx == nil {
		s = s.parent // which it stands for a part of, nil if it is nobody's
	}
	switch {
	case s == nil:
		return defaults()
	case s.tree == nil:
		return settings(s.ctx)
	}
	return s.tree.cfg
}

// workingDirectory is asked for once: it costs system calls, and programs seldom leave theirs.
var workingDirectory = sync.OnceValue(func() string {
	d, err := os.Getwd()
	if err != nil {
		logger.Debugf("working directory: %v", err)
	}
	return d
})

// AddRuleName records the sampling rule that decided.
func (s *Segment) AddRuleName(d *sampling.Decision) {
	if s == nil || s.tree == nil || d == nil || d.Rule == nil {
		return
	}
	if sdk, ok := s.GetAWS()["xray"].(SDK); ok {
		sdk.RuleName = *d.Rule
		s.AWS["xray"] = sdk
	}
}

// DownstreamHeader returns the trace header for a call that s makes: what the caller sent, with the ids of s and its decision.
func (s *Segment) DownstreamHeader() *header.Header {
	h := &header.Header{}
	if s == nil || s.ParentSegment == nil {
		return h
	}
	r := s.ParentSegment
	r.RLock()
	if r.TraceID == "" { // the SDK is disabled, or the segment is nobody's: there is nothing to decide for others
		r.RUnlock()
		return h
	}
	if r.IncomingHeader != nil {
		*h = *r.IncomingHeader
	}
	h.TraceID = r.TraceID
	h.SamplingDecision = header.NotSampled
	sampled := r.Sampled
	r.RUnlock()
	s.RLock()
	if sampled && s.Sampled && !s.Dummy {
		h.SamplingDecision = header.Sampled
	}
	h.ParentID = s.ID
	s.RUnlock()
	return h
}
