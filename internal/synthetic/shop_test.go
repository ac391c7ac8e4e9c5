package synthetic_test

import (
	"bytes"
	"crypto/sha256"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/synthetic"
)

var rewrite = flag.Bool("rewrite", false, "rewrite the golden file in testdata")

// start is when the traces of these tests begin.
const start = segment.Time(1_758_654_625_118_000)

// firstMinutes is the number of requests that come in the shop's first three minutes.
func firstMinutes(s *synthetic.Shop) (n uint64) {
	for s.At(n) < 3*time.Minute {
		n++
	}
	return n
}

func TestGolden(t *testing.T) {
	const seed, traces = 7, 2000
	s := synthetic.New(seed, synthetic.DefaultRate)
	var got bytes.Buffer
	for _, k := range []uint64{
		106,  // a search for a term with escapes
		230,  // a log-in that DynamoDB throttles
		291,  // an order with worker and link, subsegments as documents of their own, some in progress first
		839,  // a card processor that times out
		1206, // the bad release
	} {
		fmt.Fprintf(&got, "trace %d, at %v\n", k, s.At(k))
		for _, d := range s.Trace(k, start) {
			fmt.Fprintf(&got, "%v %s\n", d.After, d.Body)
		}
	}
	sum := sha256.New()
	for k := range uint64(traces) {
		for _, d := range s.Trace(k, start) {
			fmt.Fprintf(sum, "%d %s\n", d.After, d.Body)
		}
	}
	fmt.Fprintf(&got, "first %d traces: sha256 %x\n", traces, sum.Sum(nil))

	file := filepath.Join("testdata", "golden.txt")
	if *rewrite {
		if err := os.WriteFile(file, got.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Bytes(), want) {
		t.Errorf("the traces of seed %d differ from %s; if that is meant, run with -rewrite and read the diff. got:\n%s", seed, file, got.Bytes())
	}
}

// A trace is the same whatever was made before it, and another for another seed, number or rate.
func TestTraceDependsOnItsNumberOnly(t *testing.T) {
	print := func(s *synthetic.Shop, k uint64) string {
		var b bytes.Buffer
		for _, d := range s.Trace(k, start) {
			fmt.Fprintf(&b, "%v %s\n", d.After, d.Body)
		}
		return b.String()
	}
	fresh := print(synthetic.New(7, 8), 500)
	used := synthetic.New(7, 8)
	for k := range uint64(40) {
		used.Trace(k*37, start+segment.Time(k))
		used.At(k)
	}
	if got := print(used, 500); got != fresh {
		t.Errorf("trace 500 after others:\n%s\nfresh:\n%s", got, fresh)
	}
	for name, other := range map[string]string{"seed 8": print(synthetic.New(8, 8), 500), "trace 501": print(synthetic.New(7, 8), 501)} {
		if other == fresh {
			t.Errorf("%s is the same as trace 500 of seed 7", name)
		}
	}
}

func TestStartMovesTimesOnly(t *testing.T) {
	const later = 86_400 * segment.Second
	a, b := synthetic.New(7, 8), synthetic.New(7, 8)
	for k := range uint64(200) {
		x, y := decode(t, a.Trace(k, start)), decode(t, b.Trace(k, start+later))
		if len(x) != len(y) {
			t.Fatalf("trace %d: %d documents, and %d when it starts later", k, len(x), len(y))
		}
		for i := range x {
			if x[i].after != y[i].after || x[i].ID != y[i].ID || x[i].TraceID[11:] != y[i].TraceID[11:] || y[i].start()-x[i].start() != later {
				t.Fatalf("trace %d, document %d: sent after %v, %s\nand when it starts a day later after %v, %s", k, i, x[i].after, x[i].body, y[i].after, y[i].body)
			}
		}
	}
}

func TestAt(t *testing.T) {
	for _, rate := range []float64{0.5, synthetic.DefaultRate, 1000} {
		s := synthetic.New(3, rate)
		last := time.Duration(-1)
		inMinute := map[int]int{}
		const n = 40_000
		for k := range uint64(n) {
			at := s.At(k)
			if at < last {
				t.Fatalf("rate %v: request %d comes at %v, the one before it at %v", rate, k, at, last)
			}
			last = at
			inMinute[int(at/time.Minute)]++
		}
		if got := n / last.Seconds(); got < rate*0.7 || got > rate*1.45 {
			t.Errorf("rate %v: %d requests in %v, which is %.2f a second", rate, n, last, got)
		}
		if rate == synthetic.DefaultRate && (inMinute[0] < inMinute[2]*5/4) {
			t.Errorf("rate %v: %d requests in the first minute and %d in the third: the load hardly varies", rate, inMinute[0], inMinute[2])
		}
	}
}

func TestNoAllocation(t *testing.T) {
	s := synthetic.New(1, synthetic.DefaultRate)
	k := uint64(0)
	next := func() { s.Trace(k, start); k++ }
	for range 3000 { // memory grows to the longest trace
		next()
	}
	if got := testing.AllocsPerRun(500, next); got != 0 {
		t.Errorf("a trace takes %v allocations, want none", got)
	}
}

func BenchmarkTrace(b *testing.B) {
	s := synthetic.New(1, synthetic.DefaultRate)
	b.ReportAllocs()
	documents, size := 0, 0
	for k := range b.N {
		for _, d := range s.Trace(uint64(k), start) {
			documents++
			size += len(d.Body)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(documents), "ns/document")
	b.ReportMetric(float64(size)/float64(documents), "B/document")
	b.ReportMetric(float64(documents)/float64(b.N), "documents/op")
}
