package relay

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/rayscope/rayscope/internal/jsonscan"
	"github.com/rayscope/rayscope/internal/uplink"
)

// maxTries is how often a document is sent again that the endpoint takes in no call and refuses in none: some 15 s, with
// its pauses. After that it is refused, so that one which always breaks the endpoint does not slow the others forever.
const maxTries = 8

// maxNesting is deeper than any document that an endpoint takes.
const maxNesting = 1000

// A Refusal is a document that an endpoint does not take, in the endpoint's words.
type Refusal struct {
	ID      string // as the endpoint read it; empty if it could not
	Code    string
	Message string
}

// nothingUnprocessed is the answer to nearly every call.
var nothingUnprocessed = []byte(`{"UnprocessedTraceSegments":[]}`)

// readAnswer returns what of the documents sent was not processed.
func readAnswer(body []byte) ([]Refusal, error) {
	if len(body) == 0 || bytes.Equal(body, nothingUnprocessed) {
		return nil, nil
	}
	var answer struct {
		UnprocessedTraceSegments []struct{ Id, ErrorCode, Message string } // null leaves a string empty
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return nil, fmt.Errorf("answer to PutTraceSegments: %w", err)
	}
	var list []Refusal
	for _, u := range answer.UnprocessedTraceSegments {
		list = append(list, Refusal{u.Id, u.ErrorCode, u.Message})
	}
	return list, nil
}

// again tells whether the document may be taken when it is sent again.
func (r Refusal) again() bool {
	code := strings.ToLower(r.Code)
	for _, word := range []string{"throttl", "toomanyrequests", "limitexceeded", "internal", "unavailable", "timeout"} {
		if strings.Contains(code, word) {
			return true
		}
	}
	return false
}

// divide separates what is refused for good from the documents of the batch to send again; again is nil if there are none.
// An entry to be sent again whose document cannot be told is refused: to send all would never end.
func divide(b *batch, unprocessed []Refusal, tries int) (refused []Refusal, again *batch) {
	ids := map[string]bool{}
	for _, u := range unprocessed {
		if u.again() && u.ID != "" && tries < maxTries {
			ids[u.ID] = true
		} else {
			refused = append(refused, u)
		}
	}
	if len(ids) > 0 {
		again = b.subset(func(i int) bool { return ids[documentID(b.document(i))] })
	}
	if rest := b.docs - docsOf(again); len(refused) > rest {
		refused = refused[:rest] // an answer that lists more than it was sent
	}
	return refused, again
}

func docsOf(b *batch) int {
	if b == nil {
		return 0
	}
	return b.docs
}

// documentID is the id of a segment document that is given as a JSON string; empty if it has none that can be read.
func documentID(text []byte) string {
	outer := jsonscan.New(text, 1)
	doc := jsonscan.New(outer.AppendText(nil), maxNesting)
	id := ""
	for key := doc.FirstKey(); key != nil; key = doc.NextKey() {
		if string(key) == "id" && doc.Peek() == '"' {
			id = string(doc.AppendText(nil))
		} else {
			doc.Skip()
		}
	}
	return id
}

// asError is the error of a call as the uplink means it.
func asError(name string, err error) *uplink.Error {
	var e *uplink.Error
	if errors.As(err, &e) {
		return e
	}
	return &uplink.Error{Kind: uplink.Unreachable, Endpoint: name, Err: err}
}
