package harness

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
)

// ClientEnv is the environment of AWS clients: any credentials do, and nothing of the user's own configuration is read.
func ClientEnv() []string {
	return []string{
		"AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test", "AWS_REGION=" + Region, "AWS_DEFAULT_REGION=" + Region,
		"AWS_CONFIG_FILE=" + os.DevNull, "AWS_SHARED_CREDENTIALS_FILE=" + os.DevNull,
		"AWS_EC2_METADATA_DISABLED=true", "AWS_MAX_ATTEMPTS=1", "NO_PROXY=127.0.0.1", "no_proxy=127.0.0.1",
	}
}

// Tool is a program that test/setup installs in the Python environment.
func Tool(t testing.TB, name string) string {
	t.Helper()
	path := filepath.Join(Root(t), "test", ".venv", "bin", name)
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("%s is not installed: %v; run test/setup", name, err)
	}
	return path
}

// A lineCaller talks to a client program that reads calls and writes answers, one JSON object a line.
type lineCaller struct {
	mu      sync.Mutex // one call at a time
	calls   *json.Encoder
	answers *json.Decoder
}

// Boto3 is AWS' API client for Python.
func Boto3(t testing.TB, s *Server) Caller {
	t.Helper()
	return startLines(t, s, Tool(t, "python"), filepath.Join(Root(t), "test", "python", "botoclient.py"), s.URL)
}

// GoAPI is AWS' API client for Go, version 2.
func GoAPI(t testing.TB, s *Server) Caller {
	t.Helper()
	return startLines(t, s, GoProgram(t, "awsapi"), s.URL)
}

func startLines(t testing.TB, s *Server, argv ...string) Caller {
	t.Helper()
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Env = environment(ClientEnv())
	cmd.Stderr = testWriter{t}
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close() // end of input ends the program
		if err := cmd.Wait(); err != nil {
			t.Errorf("%s: %v", argv[0], err)
		}
	})
	return &lineCaller{calls: json.NewEncoder(in), answers: json.NewDecoder(bufio.NewReader(out))}
}

type testWriter struct{ t testing.TB }

func (w testWriter) Write(p []byte) (int, error) {
	w.t.Log(strings.TrimSpace(string(p)))
	return len(p), nil
}

func (c *lineCaller) Call(op string, args any) (json.RawMessage, error) {
	pages, err := c.do(op, args, false)
	if err != nil {
		return nil, err
	}
	return pages[0], nil
}

func (c *lineCaller) Pages(op string, args any) ([]json.RawMessage, error) {
	return c.do(op, args, true)
}

func (c *lineCaller) do(op string, args any, pages bool) ([]json.RawMessage, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.calls.Encode(map[string]any{"op": op, "args": args, "pages": pages}); err != nil {
		return nil, err
	}
	var answer struct {
		Pages []json.RawMessage
		Error *APIError
	}
	if err := c.answers.Decode(&answer); errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("the client program ended during %s", op)
	} else if err != nil {
		return nil, err
	}
	if answer.Error != nil {
		return nil, answer.Error
	}
	return answer.Pages, nil
}

// CLI is the AWS CLI. It pages by itself, and prints all pages as one.
func CLI(t testing.TB, s *Server) Caller {
	t.Helper()
	return cli{aws: Tool(t, "aws"), endpoint: s.URL}
}

type cli struct{ aws, endpoint string }

func (c cli) Call(op string, args any) (json.RawMessage, error) {
	return c.run(op, args, "--no-paginate")
}

func (c cli) Pages(op string, args any) ([]json.RawMessage, error) {
	all, err := c.run(op, args)
	return []json.RawMessage{all}, err
}

var (
	capital  = regexp.MustCompile(`\B[A-Z]`)
	cliError = regexp.MustCompile(`An error occurred \((\w+)\) when calling the \w+ operation(?: \([^)]*\))?: (.*)`)
)

func (c cli) run(op string, args any, flags ...string) (json.RawMessage, error) {
	input, err := json.Marshal(args)
	if err != nil {
		return nil, err
	}
	command := strings.ToLower(capital.ReplaceAllString(op, "-$0"))
	argv := append([]string{"xray", command, "--endpoint-url", c.endpoint, "--output", "json", "--cli-input-json", string(input)}, flags...)
	cmd := exec.Command(c.aws, argv...)
	cmd.Env = environment(ClientEnv())
	out, err := cmd.Output()
	if failed, ok := errors.AsType[*exec.ExitError](err); ok {
		if m := cliError.FindSubmatch(failed.Stderr); m != nil {
			return nil, &APIError{Code: string(m[1]), Message: string(m[2])}
		}
		return nil, fmt.Errorf("aws %s: %w: %s", strings.Join(argv, " "), err, failed.Stderr)
	}
	if len(out) == 0 {
		out = []byte("{}") // the CLI prints nothing for an empty result
	}
	return out, err
}
