package rayapi

// ChecksResponse is what a server knows of its own set-up, so that "I see no traces" has an answer.
type ChecksResponse struct {
	Time     EpochSeconds // of the answer, by the server's clock
	Started  EpochSeconds // when the server began to count; what came before is not in the counts
	State    string       // the worst of the checks: problem, attention or ok
	Checks   []Check      // in the order in which to look at them
	Senders  []Arrivals   // who sends, the last heard first; at most 201
	Refusals []Refusal    // what was refused, by sender and reason, the newest first; at most 50
}

// Check is one question and its answer.
type Check struct {
	Id            string  // its name for programs, for example clock
	Question      string  // what is asked, for people
	State         string  // ok, attention (look at it), problem (traces are missing or wrong) or unknown (nothing to tell by)
	Sentence      string  // the answer with its numbers
	NextStep      string  // what to do; empty if nothing is to be done
	Command       *string // that does it, or looks closer; null if there is none
	Facts         []Fact  // the evidence, at most 20
	Documentation string  // section of docs/troubleshooting.md; empty if there is none
}

// Fact is a part of the evidence.
type Fact struct {
	Name    string
	Value   string
	TraceId *string // an example; null without one
}

// Arrivals are the documents of one sender.
type Arrivals struct {
	Door      string        // udp (datagrams to the daemon's address), tcp (calls to it) or api (calls of PutTraceSegments)
	Address   string        // of the caller; empty for datagrams
	UserAgent string        // of the caller; empty for datagrams
	Documents int64         // kept lately: in the last 10 to 20 minutes
	Bytes     int64         // of these documents
	Total     int64         // documents kept since the server began to count
	LastHeard *EpochSeconds // when the last one came
}

// Refusal is documents, or whole calls, of one sender that were refused for one reason. Of a document it has its id and no
// content.
type Refusal struct {
	Door      string // as in Arrivals
	Address   string
	UserAgent string
	ErrorCode string       // X-Ray's code of a document, or the name of the exception that a call was answered with
	Member    string       // member of the document that breaks the rule; empty if it is the whole
	Rule      string       // what the rule is
	NextStep  string       // what to do
	Count     int64        // since the server began to count
	LastTime  EpochSeconds // when the last one came
	SegmentId *string      // of the last document; null if it had none that can be read
	Bytes     int64        // size of the last document; 0 for calls
}

// StorageResponse is what is kept, what it takes, and for how long there is room.
type StorageResponse struct {
	Time            EpochSeconds
	Retention       Seconds       // how long traces are kept
	DiskBytes       int64         // on disk
	FreeBytes       *int64        // left on the volume; null if the system does not tell
	Kinds           []StorageKind // DiskBytes by what they hold, estimated; empty if the engine does not know
	OldestTrace     *EpochSeconds // start of the oldest trace; null if there is none
	NewestTrace     *EpochSeconds
	MeasuredFor     Seconds       // what is counted for a day is measured over this time: a day, or since the server began if that is later
	DocumentsPerDay *float64      // accepted, at the rate of that time; null while it is less than ten minutes
	TracesPerDay    *float64      // by their completed roots
	BytesPerDay     *float64      // that a day of traces takes on disk: the average of what is kept; null while that spans less than an hour
	ExpectedBytes   *float64      // on disk when traces of the whole retention are kept, at that rate
	FullTime        *EpochSeconds // when the volume is full at that rate; null if it will not be, or nothing can be told
	Forecast        string        // the same in a sentence
}

// StorageKind is one kind of what is on disk.
type StorageKind struct {
	Kind  string // documents, digests (what lists and maps read), index, rollups (sealed minutes), settings or log (with what is not sorted or not given back yet)
	Bytes int64
}
