package sdkdiff

// everywhere are differences of all programs that send anything.
var everywhere = []difference{
	{fact: `.* Dummy`, aws: `true|false`, why: "a field of AWS' SDK that slips into the document: it means nothing to X-Ray"},
	{fact: `.* aws\.xray\.sdk_version`, aws: `\d.*`, ours: `\d.*`, why: "each SDK has its own version"},
	{fact: `.*/.* trace_id`, aws: `.+`, why: "a subsegment within its segment's document belongs to the segment's trace: said once"},
	{fact: `.*/.* parent_id`, aws: `.+`, why: "nesting says it; AWS' SDK names the segment even where the parent is another subsegment"},
	again,
}

var again = difference{fact: `.* (sent|listed)`, aws: `again`, why: "a document is sent once, and a subsegment stands in it once", sometimes: true}

// failing are those of programs in which work fails.
var failing = []difference{
	{fact: `.* cause\.exceptions\.0\.cause`, ours: `16 digits`, why: "a wrapped error leads to the one it wraps"},
	{fact: `.*\.stack begins`, aws: `in the SDK`, ours: `in the program`, why: "a stack begins with the program's own code"},
	{fact: `.* cause\.exceptions\.[1-9]\..*`, ours: `.+`, why: "what an error wraps is recorded too"},
}

// disabledDifferences are those of the program settings while the SDK is off.
var disabledDifferences = []difference{
	{fact: `printed handler#[13]`, aws: `segment: false traced: true`, ours: `segment: false traced: false`, why: "an SDK that is off does not read requests"},
	{fact: `printed handler#[24]`, aws: `status: 202 reply: Root=.+`, ours: `status: 202 reply: `, why: "an SDK that is off adds nothing to answers"},
}

// lowerCase is how a word in lower case differs from one that is no strategy.
var lowerCase = difference{fact: `printed strategy of the context#1`, aws: `missing: .*`, why: "the word counts in lower case, too, and beats the program"}

// strategyDifferences are those under a context-missing strategy that does not exist.
var strategyDifferences = []difference{
	{fact: `printed .*#1`, aws: `panics runtime error: invalid memory address or nil pointer dereference`, ours: `(?s).*`,
		why: "a word that is no strategy is logged, and the default is used"},
}

// lambdaDifferences are those where only the environment says which request a Lambda function works on: nothing is said in the context.
var lambdaDifferences = []difference{
	{fact: `(nobody's|stock\.example\.com)#.*`, ours: `.+`, why: "what has lost its context belongs to the function's segment all the same"},
	{fact: `printed nobody's call#1`, aws: `header ""`, ours: `header "Root=1-5759e988-bd862e3fe1be46a994272799;Parent=[0-9a-f]{16};Sampled=1"`,
		why: "what has lost its context belongs to the function's segment all the same"},
	{fact: `printed (nobody's subsegment|lambda without header)#1`, aws: `begun: true`, ours: `begun: false`, why: "as above: begun is said of what has no segment"},
	{fact: `printed strategy of the (program|context)#1`, aws: `missing: .*`, why: "the context is not missing then"},
}

var jobsDifferences = []difference{
	{fact: `printed emitted#2`, aws: `emitted by hand false 35 true`, why: "an emitter is given a segment once", sometimes: true},
	{fact: `printed panic without segment#1`, aws: `recovered runtime error: .*nil pointer.*`, ours: `recovered out of ink`,
		why: "without a segment a panic goes on as it is"},
	{fact: `printed child apart#1`, aws: `Sampled=1`, ours: `Sampled=0`, why: "what is not sampled tells those it calls"},
	{fact: `child apart#1/apart#1 .*`, aws: `.+`, why: "a subsegment that is not to be sampled is not sent"},
	{fact: `large#1.*`, ours: `.+`, why: "a trace that does not fit a datagram is split; AWS' SDK loses it"},
	{fact: `metadata#1/unsayable#1 metadata\.default\.channel`, ours: `a chan int could not be recorded: .*`, why: "the reason stands where the value would"},
	{fact: `metadata#1/unsayable#1 .+`, ours: `.+`, why: "a value that JSON cannot say costs the value, not the subsegment"},
	{fact: `failed#1 cause\.exceptions\.0\.stack`, aws: `main jobs/main.go:\d+ < .*`, ours: `failed jobs/loose.go:\d+ < main jobs/main.go:\d+ < .*`,
		why: "the stack begins with who closes the segment, which AWS' SDK leaves out"},
	{fact: `of its own kind#1/part#\d cause\.exceptions\.0\.stack`, aws: `main jobs/main.go:\d+`, ours: `ofItsOwnKind jobs/loose.go:\d+`,
		why: "the stack begins with who closes the segment, which AWS' SDK leaves out"},
	{fact: `of its own kind#1/part#1 (sent|type)`, aws: `alone|subsegment`, why: "as many leave the document, but all from the end"},
	{fact: `of its own kind#1/part#3 (sent|type)`, ours: `alone|subsegment`, why: "as many leave the document, but all from the end"},
}

var probesDifferences = []difference{
	{fact: `after a promise#1/STOCK#1/(request|response)#1 in_progress`, aws: `true`, sometimes: true,
		why: "after 100 Continue AWS' SDK leaves the request or the wait for its answer open, as its goroutines happen to run"},
	{fact: `after a promise#1/STOCK#1/(request|response)#1 (id|start_time|end_time)`, ours: `.+`, why: "the other half of the above", sometimes: true},
	{fact: `given up#1/STOCK#1/response#1 .*`, aws: `.*`, ours: `.*`, why: "the wait for an answer ends when the call does; it may have ended before it begins", sometimes: true},
	{fact: `given up#1/STOCK#2/response#1 in_progress`, aws: `true`, why: "the wait for an answer ends when the connection breaks"},
	{fact: `given up#1/STOCK#2/response#1 (end_time|fault|cause\..*)`, ours: `.+`, why: "the wait for an answer ends when the connection breaks"},
	{fact: `connector#1/Unknown#\d sql\.connection_string`, aws: `clerk:hunter2@.+`, why: "a text of unknown form may hold a password, as this one does"},
	{fact: `connector#1/Unknown#\d sql\.(database_version|user)`, aws: `Unknown`, why: "what is not known is left out"},
	{fact: `flags#1/#1 .*`, aws: `.+`, why: "X-Ray refuses a document with a nameless part"},
	{fact: `flags#1/unnamed#1 .*`, ours: `.+`, why: "X-Ray refuses a document with a nameless part"},
	{fact: `printed flags#1`, aws: `annotation without key: <nil>`, ours: `annotation without key: annotation "": the key is empty: .*`, why: "nobody could search by it"},
	{fact: `flags#1/.*#1 cause\.exceptions\.0\.stack`, aws: `try probes/main.go:.*`, ours: `flags probes/own.go:\d+ < try probes/main.go:.*`,
		why: "the stack begins with who closes the segment, which AWS' SDK leaves out"},
	{fact: `no error#1/no error#1 (fault|in_progress|cause\.working_directory)`, aws: `.+`, why: "no error is none, where AWS' SDK panics with the segment locked"},
	{fact: `no error#1/no error#1 end_time`, ours: `after start_time`, why: "no error is none, where AWS' SDK panics with the segment locked"},
	{fact: `printed no error#1`, aws: `panics runtime error: .*nil pointer.*`, ours: `nil error: <nil>`, why: "no error is none"},
	{fact: `own transport#1/tea.example.com:8443#1 http\.response\.content_length`, ours: `3`, why: "the length is the answer's, also where no header says it"},
	{fact: `printed own transport#2`, aws: `418 3 the request keeps: Root=1-[^5].*;Parent=.*`, ours: `418 3 the request keeps: Root=1-5759e988-bd862e3fe1be46a994272793`,
		why: "a round tripper must not change the request: it may be sent again"},
	{fact: `(plain|stripped|traced by hand|with context)#1 error`, ours: `true`, why: "the first status is what the client gets"},
	{fact: `(plain|stripped|traced by hand|with context)#1 http\.response\.status`, aws: `200`, ours: `409`, why: "the first status is what the client gets"},
}

var webshopDifferences = []difference{
	{fact: `printed /details#1`, aws: `200 "int64 refused: true; int32 refused: true; uint64 refused: true; \[\]string refused: true; <nil> refused: true;".*`,
		ours: `200 "int64 refused: false; int32 refused: false; uint64 refused: false; \[\]string refused: true; <nil> refused: true;".*`,
		why:  "a number of any type can be an annotation"},
	{fact: `front#7 annotations\.odd_[012]`, ours: `[567]`, why: "a number of any type can be an annotation"},
	{fact: `front#\d+ http\.response\.content_length`, ours: `\d+`, why: "the bytes are counted if the handler does not declare their number"},
	{fact: `front#22 cause\.exceptions\.0\.stack begins`, ours: `in the program`, why: "a panic of the handler is its fault"},
	{fact: `front#22 cause\.exceptions\.0\.stack`, ours: `shop\.func.*`, why: "a panic of the handler is its fault"},
	{fact: `front#22 (fault|cause\.(working_directory|exceptions\.0\.(id|type|message)))`, ours: `.+`, why: "a panic of the handler is its fault"},
	{fact: `front#9/work 0#1 (sent|type)`, aws: `alone|subsegment`, why: "as many leave the document, but all from the end"},
	{fact: `front#9/work 20#1 (sent|type)`, ours: `alone|subsegment`, why: "as many leave the document, but all from the end"},
	{fact: `front#17/(plain|wrapped|of the SDK|several)#1 cause\.exceptions\.0\.stack`, aws: `failures webshop/shop.go:.*`,
		ours: `work webshop/shop.go:\d+ < failures webshop/shop.go:.*`, why: "the stack begins with who closes the segment, which AWS' SDK leaves out"},
	{fact: `front#\d+/shelves@db.example.com#\d sql\.database_version`, aws: `PostgreSQL 17.2`, why: "no query is made that the program did not ask for"},
	{fact: `front#\d+/shelves@db.example.com#\d sql\.url`, aws: `postgres://clerk@db.example.com:5432/shelves\?sslmode=disable`,
		ours: `postgres://clerk@db.example.com:5432/shelves`, why: "options are left out, as they may hold secrets"},
	{fact: `front#\d+/shelves@db.example.com#3 sql\.sanitized_query`, aws: `SELECT title FROM items WHERE id = 17 AND owner = 'alice'`,
		ours: `SELECT title FROM items WHERE id = \? AND owner = \?`, why: "literals are data of the program's users"},
}
