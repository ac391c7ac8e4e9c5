package api_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestScripts plays the requests of testdata/script and compares the answers that stand below each. A line of a script is
//
//	# comment
//	+90s                      the clock goes on
//	=key                      from here on documents can be encrypted
//	POST /Path {"a":"b"}      a request; GET likewise. $x*3 in it becomes xxx, $ID1 the first random id of the answers
//
// and everything else is an answer: status and error name, then the body. -rewrite writes the answers anew.
func TestScripts(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("testdata", "script", "*.txt"))
	if err != nil || len(files) == 0 {
		t.Fatalf("got %d scripts, %v", len(files), err)
	}
	for _, path := range files {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txt"), func(t *testing.T) {
			is, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			p := player{bench: newBench(t)}
			for line := range strings.Lines(string(is)) {
				p.play(strings.TrimSuffix(line, "\n"))
			}
			if *rewrite {
				if err := os.WriteFile(path, p.out.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if !bytes.Equal(p.out.Bytes(), is) {
				t.Errorf("%s: the answers differ (-rewrite accepts them), first here:\n%s", path, firstDifference(p.out.String(), string(is)))
			}
		})
	}
}

// A player plays one script.
type player struct {
	*bench
	out bytes.Buffer
	ids []string // as random ids appear in answers
}

var (
	repeated = regexp.MustCompile(`\$(\w)\*(\d+)`)
	numbered = regexp.MustCompile(`\$ID(\d+)`)
	randomID = regexp.MustCompile(`[A-Z2-7]{52}`)
)

func (p *player) play(line string) {
	method, request, _ := strings.Cut(line, " ")
	switch {
	case strings.HasPrefix(line, "#") || line == "":
		if line != "" && p.out.Len() > 0 && !strings.HasPrefix(p.lastLine(), "#") {
			p.out.WriteByte('\n')
		}
		if line != "" {
			fmt.Fprintln(&p.out, line)
		}
	case line == "=key":
		p.key = true
		fmt.Fprintln(&p.out, line)
	case strings.HasPrefix(line, "+"):
		d, err := time.ParseDuration(line[1:])
		if err != nil {
			p.t.Fatal(err)
		}
		p.now = p.now.Add(d)
		fmt.Fprintln(&p.out, line)
	case method == http.MethodPost || method == http.MethodGet:
		path, body, _ := strings.Cut(request, " ")
		fmt.Fprintln(&p.out, line)
		w := httptest.NewRecorder()
		p.api.ServeHTTP(w, httptest.NewRequest(method, path, strings.NewReader(p.expand(body))))
		p.answer(w)
	}
}

func (p *player) lastLine() string {
	lines := strings.Split(strings.TrimSuffix(p.out.String(), "\n"), "\n")
	return lines[len(lines)-1]
}

// expand replaces what a script abbreviates.
func (p *player) expand(body string) string {
	body = repeated.ReplaceAllStringFunc(body, func(s string) string {
		m := repeated.FindStringSubmatch(s)
		n, err := strconv.Atoi(m[2])
		if err != nil {
			p.t.Fatal(err)
		}
		return strings.Repeat(m[1], n)
	})
	return numbered.ReplaceAllStringFunc(body, func(s string) string {
		n, err := strconv.Atoi(s[len("$ID"):])
		if err != nil || n < 1 || n > len(p.ids) {
			p.t.Fatalf("%s: %d ids were seen so far", s, len(p.ids))
		}
		return p.ids[n-1]
	})
}

// answer writes status, error name and body, with random ids numbered.
func (p *player) answer(w *httptest.ResponseRecorder) {
	fmt.Fprintln(&p.out, strings.TrimSpace(fmt.Sprint(w.Code, " ", w.Header().Get("x-amzn-ErrorType"))))
	var body bytes.Buffer
	if err := json.Indent(&body, w.Body.Bytes(), "", " "); err != nil {
		p.t.Fatalf("%v in %s", err, w.Body)
	}
	fmt.Fprintln(&p.out, randomID.ReplaceAllStringFunc(body.String(), p.number))
}

func (p *player) number(id string) string {
	for i, known := range p.ids {
		if id == known {
			return fmt.Sprintf("$ID%d", i+1)
		}
	}
	p.ids = append(p.ids, id)
	return fmt.Sprintf("$ID%d", len(p.ids))
}

// firstDifference is where got leaves want, with some lines before.
func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	i := 0
	for i < min(len(g), len(w)) && g[i] == w[i] {
		i++
	}
	part := func(lines []string) string {
		return strings.Join(lines[min(len(lines), max(0, i-8)):min(len(lines), i+4)], "\n")
	}
	return fmt.Sprintf("got\n%s\nwant\n%s", part(g), part(w))
}
