package xray

import "net/http"

// wrappers has a type for each set of optional methods. A type cannot be put together at run time, so all of them are written out.
var wrappers = [32]func(*response) http.ResponseWriter{
	0: func(w *response) http.ResponseWriter { return w },
	flush: func(w *response) http.ResponseWriter {
		return struct {
			*response
			flusher
		}{w, flusher{w}}
	},
	hijack: func(w *response) http.ResponseWriter {
		return struct {
			*response
			hijacker
		}{w, hijacker{w}}
	},
	flush | hijack: func(w *response) http.ResponseWriter {
		return struct {
			*response
			flusher
			hijacker
		}{w, flusher{w}, hijacker{w}}
	},
	readFrom: func(w *response) http.ResponseWriter {
		return struct {
			*response
			readerFrom
		}{w, readerFrom{w}}
	},
	flush | readFrom: func(w *response) http.ResponseWriter {
		return struct {
			*response
			flusher
			readerFrom
		}{w, flusher{w}, readerFrom{w}}
	},
	hijack | readFrom: func(w *response) http.ResponseWriter {
		return struct {
			*response
			hijacker
			readerFrom
		}{w, hijacker{w}, readerFrom{w}}
	},
	flush | hijack | readFrom: func(w *response) http.ResponseWriter {
		return struct {
			*response
			flusher
			hijacker
			readerFrom
		}{w, flusher{w}, hijacker{w}, readerFrom{w}}
	},
	push: func(w *response) http.ResponseWriter {
		return struct {
			*response
			pusher
		}{w, pusher{w}}
	},
	flush | push: func(w *response) http.ResponseWriter {
		return struct {
			*response
			flusher
			pusher
		}{w, flusher{w}, pusher{w}}
	},
	hijack | push: func(w *response) http.ResponseWriter {
		return struct {
			*response
			hijacker
			pusher
		}{w, hijacker{w}, pusher{w}}
	},
	flush | hijack | push: func(w *response) http.ResponseWriter {
		return struct {
			*response
			flusher
			hijacker
			pusher
		}{w, flusher{w}, hijacker{w}, pusher{w}}
	},
	readFrom | push: func(w *response) http.ResponseWriter {
		return struct {
			*response
			readerFrom
			pusher
		}{w, readerFrom{w}, pusher{w}}
	},
	flush | readFrom | push: func(w *response) http.ResponseWriter {
		return struct {
			*response
			flusher
			readerFrom
			pusher
		}{w, flusher{w}, readerFrom{w}, pusher{w}}
	},
	hijack | readFrom | push: func(w *response) http.ResponseWriter {
		return struct {
			*response
			hijacker
			readerFrom
			pusher
		}{w, hijacker{w}, readerFrom{w}, pusher{w}}
	},
	flush | hijack | readFrom | push: func(w *response) http.ResponseWriter {
		return struct {
			*response
			flusher
			hijacker
			readerFrom
			pusher
		}{w, flusher{w}, hijacker{w}, readerFrom{w}, pusher{w}}
	},
	closeNotify: func(w *response) http.ResponseWriter {
		return struct {
			*response
			closeNotifier
		}{w, closeNotifier{w}}
	},
	flush | closeNotify: func(w *response) http.ResponseWriter {
		return struct {
			*response
			flusher
			closeNotifier
		}{w, flusher{w}, closeNotifier{w}}
	},
	hijack | closeNotify: func(w *response) http.ResponseWriter {
		return struct {
			*response
			hijacker
			closeNotifier
		}{w, hijacker{w}, closeNotifier{w}}
	},
	flush | hijack | closeNotify: func(w *response) http.ResponseWriter {
		return struct {
			*response
			flusher
			hijacker
			closeNotifier
		}{w, flusher{w}, hijacker{w}, closeNotifier{w}}
	},
	readFrom | closeNotify: func(w *response) http.ResponseWriter {
		return struct {
			*response
			readerFrom
			closeNotifier
		}{w, readerFrom{w}, closeNotifier{w}}
	},
	flush | readFrom | closeNotify: func(w *response) http.ResponseWriter {
		return struct {
			*response
			flusher
			readerFrom
			closeNotifier
		}{w, flusher{w}, readerFrom{w}, closeNotifier{w}}
	},
	hijack | readFrom | closeNotify: func(w *response) http.ResponseWriter {
		return struct {
			*response
			hijacker
			readerFrom
			closeNotifier
		}{w, hijacker{w}, readerFrom{w}, closeNotifier{w}}
	},
	flush | hijack | readFrom | closeNotify: func(w *response) http.ResponseWriter {
		return struct {
			*response
			flusher
			hijacker
			readerFrom
			closeNotifier
		}{w, flusher{w}, hijacker{w}, readerFrom{w}, closeNotifier{w}}
	},
	push | closeNotify: func(w *response) http.ResponseWriter {
		return struct {
			*response
			pusher
			closeNotifier
		}{w, pusher{w}, closeNotifier{w}}
	},
	flush | push | closeNotify: func(w *response) http.ResponseWriter {
		return struct {
			*response
			flusher
			pusher
			closeNotifier
		}{w, flusher{w}, pusher{w}, closeNotifier{w}}
	},
	hijack | push | closeNotify: func(w *response) http.ResponseWriter {
		return struct {
			*response
			hijacker
			pusher
			closeNotifier
		}{w, hijacker{w}, pusher{w}, closeNotifier{w}}
	},
	flush | hijack | push | closeNotify: func(w *response) http.ResponseWriter {
		return struct {
			*response
			flusher
			hijacker
			pusher
			closeNotifier
		}{w, flusher{w}, hijacker{w}, pusher{w}, closeNotifier{w}}
	},
	readFrom | push | closeNotify: func(w *response) http.ResponseWriter {
		return struct {
			*response
			readerFrom
			pusher
			closeNotifier
		}{w, readerFrom{w}, pusher{w}, closeNotifier{w}}
	},
	flush | readFrom | push | closeNotify: func(w *response) http.ResponseWriter {
		return struct {
			*response
			flusher
			readerFrom
			pusher
			closeNotifier
		}{w, flusher{w}, readerFrom{w}, pusher{w}, closeNotifier{w}}
	},
	hijack | readFrom | push | closeNotify: func(w *response) http.ResponseWriter {
		return struct {
			*response
			hijacker
			readerFrom
			pusher
			closeNotifier
		}{w, hijacker{w}, readerFrom{w}, pusher{w}, closeNotifier{w}}
	},
	flush | hijack | readFrom | push | closeNotify: func(w *response) http.ResponseWriter {
		return struct {
			*response
			flusher
			hijacker
			readerFrom
			pusher
			closeNotifier
		}{w, flusher{w}, hijacker{w}, readerFrom{w}, pusher{w}, closeNotifier{w}}
	},
}
