package exception

import (
	"reflect"
	"runtime"
	"slices"
	"strings"
)

const (
	// module is the SDK's path: stacks begin where the user's code called it.
	module = "github.com/rayscope/rayscope/xray"
	// margin is how many frames of the SDK and of the runtime may lie above those that are wanted.
	margin = 16
)

// callers is the stack of the function skip frames above its caller, without frames of the SDK at its top.
func (s *DefaultFormattingStrategy) callers(skip int) []uintptr {
	if s.FrameCount <= 0 {
		return nil
	}
	var buf [maxFrames + margin]uintptr
	pcs := buf[:runtime.Callers(skip+2, buf[:])]
	for len(pcs) > 0 && ours(pcs[0]) {
		pcs = pcs[1:]
	}
	return s.bounded(pcs)
}

// panickers is the stack below the latest panic, or that of callers if there is none. A panic that the SDK has recorded and passed on
// is looked for where it began.
func (s *DefaultFormattingStrategy) panickers(skip int) []uintptr {
	if s.FrameCount <= 0 {
		return nil
	}
	var buf [maxFrames + margin]uintptr
	pcs := buf[:runtime.Callers(skip+2, buf[:])]
	for below := belowPanic(pcs); below != nil; below = belowPanic(pcs) {
		if pcs = below; !ours(pcs[0]) {
			break
		}
	}
	return s.bounded(pcs)
}

// belowPanic is the stack of what panicked last, or nil if nothing did.
func belowPanic(pcs []uintptr) []uintptr {
	i := slices.IndexFunc(pcs, func(pc uintptr) bool { return function(pc) == "runtime.gopanic" })
	if i < 0 {
		return nil
	}
	for i < len(pcs) && strings.HasPrefix(function(pcs[i]), "runtime.") {
		i++ // gopanic itself, sigpanic and the like
	}
	if i == len(pcs) {
		return nil
	}
	return pcs[i:]
}

func (s *DefaultFormattingStrategy) bounded(pcs []uintptr) []uintptr {
	return append([]uintptr(nil), pcs[:min(len(pcs), s.FrameCount, maxFrames)]...)
}

// function is the name of the outermost function at pc, a return address.
func function(pc uintptr) string {
	frame, _ := runtime.CallersFrames([]uintptr{pc}).Next()
	return frame.Function
}

// ours reports code of the SDK, except its tests.
func ours(pc uintptr) bool {
	frame, _ := runtime.CallersFrames([]uintptr{pc}).Next()
	rest, ok := strings.CutPrefix(frame.Function, module)
	return ok && (strings.HasPrefix(rest, ".") || strings.HasPrefix(rest, "/")) && !strings.HasSuffix(frame.File, "_test.go")
}

// stackOf is the stack that err itself knows, or nil.
func stackOf(err error) (pcs []uintptr) {
	defer func() {
		if recover() != nil { // the user's method panicked
			pcs = nil
		}
	}()
	if st, ok := err.(StackTracer); ok {
		return st.StackTrace()
	}
	// The slice type of github.com/pkg/errors cannot be named without importing it.
	m := reflect.ValueOf(err).MethodByName("StackTrace")
	if !m.IsValid() || m.Type().NumIn() != 0 || m.Type().NumOut() != 1 {
		return nil
	}
	if t := m.Type().Out(0); t.Kind() != reflect.Slice || t.Elem().Kind() != reflect.Uintptr {
		return nil
	}
	trace := m.Call(nil)[0]
	for i := range trace.Len() {
		pcs = append(pcs, uintptr(trace.Index(i).Uint()))
	}
	return pcs
}

// same compares errors; those of uncomparable types are never the same.
func same(a, b error) bool {
	return a != nil && b != nil && reflect.TypeOf(a).Comparable() && reflect.TypeOf(b).Comparable() && a == b
}

// frames is the stack as documents tell it, and how many frames were left out.
func frames(pcs []uintptr) (stack []Stack, truncated int) {
	if len(pcs) == 0 {
		return nil, 0
	}
	stack = make([]Stack, 0, min(len(pcs), maxFrames))
	for it, more := runtime.CallersFrames(pcs), true; more; {
		var frame runtime.Frame
		if frame, more = it.Next(); frame.Function == "" && frame.File == "" {
			continue
		}
		if len(stack) == maxFrames {
			truncated++
			continue
		}
		stack = append(stack, place(frame))
	}
	return stack, truncated
}

// place cuts the file's path to import path and file, and the function to its name in the package. The path has as many directories
// below the module's or GOPATH's own as the function's has slashes.
func place(f runtime.Frame) Stack {
	start := len(f.File)
	for range strings.Count(f.Function, "/") + 2 {
		if start = strings.LastIndexByte(f.File[:start], '/'); start < 0 {
			break
		}
	}
	label := f.Function[strings.LastIndexByte(f.Function, '/')+1:]
	if _, name, ok := strings.Cut(label, "."); ok {
		label = name
	}
	return Stack{Path: f.File[start+1:], Line: f.Line, Label: label}
}
