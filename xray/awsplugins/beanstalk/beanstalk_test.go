package beanstalk

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRead(t *testing.T) {
	for _, c := range []struct{ text, want, err string }{
		{`{"deployment_id":32,"version_label":"app-5a56","environment_name":"shop-prod"}`,
			"map[deployment_id:32 environment_name:shop-prod version_label:app-5a56]", ""},
		{`{"deployment_id":"x"}`, "", "environment.conf: json: cannot unmarshal"},
		{"", "", "environment.conf: unexpected end"},
	} {
		name := filepath.Join(t.TempDir(), "environment.conf")
		if err := os.WriteFile(name, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := read(name)
		if c.err != "" {
			if err == nil || !strings.Contains(err.Error(), c.err) {
				t.Errorf("%q: error %v, want %s", c.text, err, c.err)
			}
		} else if err != nil || fmt.Sprint(got) != c.want {
			t.Errorf("%q: got %v, %v, want %s", c.text, got, err, c.want)
		}
	}
	if _, err := read(filepath.Join(t.TempDir(), "none")); !os.IsNotExist(err) {
		t.Errorf("no file: error %v, want that it does not exist", err)
	}
}
