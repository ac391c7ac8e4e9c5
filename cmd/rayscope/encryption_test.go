package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/store/crypt"
	"github.com/rayscope/rayscope/internal/store/pebble"
)

func encryptionKey(t *testing.T, fill byte) *crypt.Key {
	t.Helper()
	k, err := crypt.NewKey(bytes.Repeat([]byte{fill}, crypt.KeyLen))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// during runs the server, calls f with the address of its API, and stops it.
func during(t *testing.T, c config, f func(web string)) {
	t.Helper()
	var log bytes.Buffer
	enough := errors.New("enough")
	err := serve(t.Context(), c, &log, func(context.Context, host) error {
		f(url(t, &log))
		return enough
	})
	if !errors.Is(err, enough) {
		t.Fatalf("serve: got error %v, want %v; the log:\n%s", err, enough, &log)
	}
}

// Documents are encrypted while the account has type KMS, stay readable with the key when it has not, and the server does
// not start without the key.
func TestEncryptionAtRest(t *testing.T) {
	c := testConfig(t)
	docs, ids := []string{document(0), document(1), document(2)}, []string{}
	for _, text := range docs {
		var d struct {
			TraceID string `json:"trace_id"`
		}
		if err := json.Unmarshal([]byte(text), &d); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, d.TraceID)
	}
	put := func(web string, i int) {
		t.Helper()
		body, err := json.Marshal(map[string][]string{"TraceSegmentDocuments": {docs[i]}})
		if err != nil {
			t.Fatal(err)
		}
		if got := request(t, "POST", web+"/TraceSegments", string(body)); got != `{"UnprocessedTraceSegments":[]}` {
			t.Errorf("put: got %s", got)
		}
	}
	readable := func(web string) {
		t.Helper()
		got := request(t, "POST", web+"/Traces", `{"TraceIds":["`+strings.Join(ids, `","`)+`"]}`)
		if strings.Count(got, `\"name\":\"orders\"`) != 3 {
			t.Errorf("traces: got %s, want three documents", got)
		}
	}

	during(t, c, func(web string) {
		if got := request(t, "POST", web+"/PutEncryptionConfig", `{"Type":"KMS","KeyId":"alias/traces"}`); !strings.Contains(got, "--encryption-key-file") {
			t.Errorf("KMS without a key: got %s, want an error that names the flag", got)
		}
		put(web, 0)
	})
	c.key = encryptionKey(t, 1)
	during(t, c, func(web string) {
		if got := request(t, "POST", web+"/PutEncryptionConfig", `{"Type":"KMS","KeyId":"alias/traces"}`); !strings.Contains(got, `"Type":"KMS"`) {
			t.Errorf("KMS with a key: got %s", got)
		}
		put(web, 1)
		if got := request(t, "POST", web+"/PutEncryptionConfig", `{"Type":"NONE"}`); !strings.Contains(got, `"Type":"NONE"`) {
			t.Errorf("NONE: got %s", got)
		}
		put(web, 2)
		readable(web)
	})
	if got := forms(t, c, ids); got != "plain encrypted plain" {
		t.Errorf("on the disk: got %s, want plain encrypted plain", got)
	}
	for name, k := range map[string]*crypt.Key{"no key": nil, "another key": encryptionKey(t, 2)} {
		refused := c
		refused.key = k
		err := serve(t.Context(), refused, io.Discard, func(context.Context, host) error { return errors.New("it serves") })
		if !errors.Is(err, crypt.ErrKey) || !strings.Contains(err.Error(), c.dataDir) || !strings.Contains(err.Error(), "--encryption-key-file") {
			t.Errorf("%s: got error %v, want ErrKey with the directory and the flag", name, err)
		}
	}
	during(t, c, readable)
}

// forms says how the documents of the traces lie on the disk.
func forms(t *testing.T, c config, ids []string) string {
	t.Helper()
	db, err := pebble.Open(c.dataDir, pebble.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var list []string
	for _, text := range ids {
		id, err := segment.ParseTraceID(text)
		if err != nil {
			t.Fatal(err)
		}
		for stored, err := range db.Documents(t.Context(), c.account, id) {
			if err != nil {
				t.Fatal(err)
			}
			form := "encrypted"
			if data := stored.Rows[0].Data; bytes.Contains(data, []byte("orders")) {
				form = "plain"
			}
			list = append(list, form)
		}
	}
	return strings.Join(list, " ")
}
