package rayapi

// CompleteRequest asks what may stand at a place of a filter expression.
type CompleteRequest struct {
	StartTime  Timestamp // beginning of the time range whose traces values are taken from; required
	EndTime    Timestamp // end of it; required, at most 24 hours later
	Expression string    // as far as it is written
	Position   *int      // of the cursor in it, in characters from 0; null for its end
	Limit      int       // items; 0 for 50, at most 500
}

// CompleteResponse is what may stand there.
type CompleteResponse struct {
	From       int // characters [From, To) of the expression are what an item's Text replaces
	To         int
	Items      []CompletionItem // best first: values and names by their traces, then keywords in the order of the alphabet
	TracesSeen int64            // newest traces of the range that values were taken from
	Exact      bool             // these were all of them
	Error      *ExpressionError // what is wrong with the expression as a whole; null if nothing is, or it is empty
}

// CompletionItem is one thing that may stand there.
type CompletionItem struct {
	Text  string // to put in, with quotes and brackets where they are needed
	Kind  string // keyword, operator, service, type, key, value or group
	Count *int64 // traces seen that have it; null where nothing is counted
}

// ExpressionError is where an expression breaks the rules.
type ExpressionError struct {
	Column  int    // of the character, from 1; 0 if the expression as a whole is meant
	Message string // which rule, and what to write instead
}
