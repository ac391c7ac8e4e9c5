package conformance

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rayscope/rayscope/test/harness"
)

var rewrite = flag.Bool("rewrite", false, "write docs/api.md anew")

const introduction = `# The X-Ray API

<!-- Made by: go test -C test ./conformance -run TestReference -rewrite -->

Rayscope answers every operation of X-Ray's API at one address: give it to clients as the endpoint, for example
` + "`aws xray get-groups --endpoint-url http://127.0.0.1:1895`" + `. Shapes, names and paths are those of
[AWS' service model](https://docs.aws.amazon.com/xray/latest/api/Welcome.html). This page says what is known to be different, and why.
It is made from the table that the conformance tests are held to.

## What holds for every operation

- A call is a POST of a JSON object. An empty body is an empty object, a member that is null is one that is left out, and members that
  the model does not have are ignored. Bodies may be packed with gzip. A body has at most 8 MiB.
- Times are epoch seconds with a fraction; text such as ` + "`2025-09-23T19:10:25Z`" + ` is understood too.
- Members of answers that have no value are null, as the service writes them.
- This version asks for no credentials: a signature is accepted unread. So no call fails for want of access.
- Errors have the service's names and status: the name in the header ` + "`x-amzn-ErrorType`" + `, the sentence in ` + "`Message`" + `. The sentence names the
  member, its value and the rule. Where the service is known for a sentence of its own, it is that one.

| error | status | when |
| --- | --- | --- |
| InvalidRequestException | 400 | a member is missing, has the wrong type or breaks a rule; a group, rule or insight does not exist |
| SerializationException | 400 | the body is no JSON object, or is packed in an unknown way |
| RuleLimitExceededException | 400 | there are 25 sampling rules already |
| TooManyTagsException | 400 | a resource would have more than 50 tags |
| MalformedPolicyDocumentException, LockoutPreventionException, PolicySizeLimitExceededException, PolicyCountLimitExceededException, InvalidPolicyRevisionIdException | 400 | resource policies |
| ResourceNotFoundException | 404 | a tagged resource, a trace retrieval or an indexing rule does not exist |
| UnknownOperationException | 404 | no operation has that path, or the method is not POST |
| ThrottledException | 429 | the disk is full, others change the same settings, or too many retrievals run; send the call again |
| InternalFailure | 500 | the server failed; its log says why |
| ServiceUnavailable | 503 | the server stops, or the answer took longer than 50 seconds |

## The operations

"Exact" means that no difference is known.

`

// page is docs/api.md.
func page() string {
	var b strings.Builder
	b.WriteString(introduction)
	b.WriteString("| operation | path | state |\n| --- | --- | --- |\n")
	for _, o := range operations {
		state := "exact"
		if len(o.differs) > 0 {
			state = "differs"
		}
		if len(o.differs)+len(o.limits) > 0 {
			state = fmt.Sprintf("[%s](#%s)", state, strings.ToLower(o.name))
		}
		fmt.Fprintf(&b, "| %s | `%s` | %s |\n", o.name, harness.Path[o.name], state)
	}
	for _, o := range operations {
		if len(o.differs)+len(o.limits) == 0 {
			continue
		}
		fmt.Fprintf(&b, "\n### %s\n\n", o.name)
		for _, d := range o.differs {
			fmt.Fprintf(&b, "- Differs: %s\n", d)
		}
		for _, l := range o.limits {
			fmt.Fprintf(&b, "- Limit: %s\n", l)
		}
	}
	return b.String()
}

// TestReference keeps docs/api.md the page that the table makes.
func TestReference(t *testing.T) {
	path := filepath.Join(harness.Root(t), "docs", "api.md")
	if *rewrite {
		if err := os.WriteFile(path, []byte(page()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	is, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(is) != page() {
		t.Error("docs/api.md is not what operations_test.go says; run: go test -C test ./conformance -run TestReference -rewrite")
	}
}

// TestTable holds the table of operations to the model and to the server: each has every operation, in order.
func TestTable(t *testing.T) {
	t.Parallel()
	var names []string
	for _, o := range operations {
		names = append(names, o.name)
	}
	if want := theModel(t).operations(); !slices.Equal(names, want) {
		t.Errorf("the table has %q, the model %q", names, want)
	}
	server := harness.Start(t)
	for _, name := range names {
		if got := post(t, server.URL+harness.Path[name], http.MethodPost, "{}"); got.status == http.StatusNotFound && got.code == "UnknownOperationException" {
			t.Errorf("%s is in the table, the server does not answer it: %s", name, got)
		}
	}
}
