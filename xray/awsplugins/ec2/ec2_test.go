package ec2

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/rayscope/rayscope/xray/internal/plugins"
)

const document = `{"accountId":"111122223333","architecture":"x86_64","availabilityZone":"eu-central-1a","imageId":"ami-5fb8c835",
"instanceId":"i-1234567890abcdef0","instanceType":"t3.micro","region":"eu-central-1","version":"2017-09-30"}`

const want = "map[ami_id:ami-5fb8c835 availability_zone:eu-central-1a instance_id:i-1234567890abcdef0 instance_size:t3.micro]"

// imds is a metadata service that knows version 2, or version 1 only.
func imds(t *testing.T, tokens bool, doc string) string {
	mux := http.NewServeMux()
	if tokens {
		mux.HandleFunc("PUT /latest/api/token", func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("X-aws-ec2-metadata-token-ttl-seconds") == "" {
				http.Error(w, "no ttl", http.StatusBadRequest)
			}
			_, _ = w.Write([]byte("secret"))
		})
	}
	mux.HandleFunc("GET /latest/dynamic/instance-identity/document", func(w http.ResponseWriter, r *http.Request) {
		if tokens && r.Header.Get("X-aws-ec2-metadata-token") != "secret" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		_, _ = w.Write([]byte(doc))
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

func TestLookup(t *testing.T) {
	for what, tokens := range map[string]bool{"version 2": true, "version 1": false} {
		got, err := lookup(t.Context(), imds(t, tokens, document))
		if err != nil || fmt.Sprint(got) != want {
			t.Errorf("%s: got %v, %v, want %s", what, got, err, want)
		}
	}
}

func TestLookupErrors(t *testing.T) {
	for _, c := range []struct{ doc, want string }{
		{"<html>", "instance identity document: invalid character"},
		{`{"region":"x"}`, "instance identity document: no instanceId in "},
	} {
		if _, err := lookup(t.Context(), imds(t, true, c.doc)); err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("document %q: error %v, want %s", c.doc, err, c.want)
		}
	}
	gone := httptest.NewServer(nil)
	gone.Close()
	if _, err := lookup(t.Context(), gone.URL); err == nil || !strings.Contains(err.Error(), "hop limit") {
		t.Errorf("nobody there: error %v, want one that says what to look at", err)
	}
}

func TestInit(t *testing.T) {
	t.Setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", imds(t, true, document)+"/")
	t.Setenv("AWS_EC2_METADATA_DISABLED", "TRUE")
	Init()
	plugins.Wait()
	if got := plugins.All().Origin; got != "" {
		t.Errorf("turned off: origin %q, want none", got)
	}
	t.Setenv("AWS_EC2_METADATA_DISABLED", "")
	Init()
	plugins.Wait()
	all := plugins.All()
	if all.Origin != Origin || len(all.Blocks) != 1 || all.Blocks[0].Name != "ec2" || fmt.Sprint(all.Blocks[0].Values) != want {
		t.Errorf("got %+v, want ec2 %s", all, want)
	}
}
