package sdkdiff

// everywhere are differences of both programs.
var everywhere = []difference{
	{fact: `.* Dummy`, aws: `true|false`, why: "a field of AWS' SDK that slips into the document: it means nothing to X-Ray"},
	{fact: `.* aws\.xray\.sdk_version`, aws: `\d.*`, ours: `\d.*`, why: "each SDK has its own version"},
	{fact: `.*/.* trace_id`, aws: `.+`, why: "a subsegment within its segment's document belongs to the segment's trace: said once"},
	{fact: `.*/.* parent_id`, aws: `.+`, why: "nesting says it; AWS' SDK names the segment even where the parent is another subsegment"},
	{fact: `.* (sent|listed)`, aws: `again`, why: "a document is sent once, and a subsegment stands in it once", sometimes: true},
	{fact: `.* cause\.exceptions\.0\.cause`, ours: `16 digits`, why: "a wrapped error leads to the one it wraps"},
	{fact: `.*\.stack begins`, aws: `in the SDK`, ours: `in the program`, why: "a stack begins with the program's own code"},
	{fact: `.* cause\.exceptions\.[1-9]\..*`, ours: `.+`, why: "what an error wraps is recorded too"},
}

var jobsDifferences = []difference{
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
