package main

import (
	"bytes"
	"os"
	"os/exec"
	"testing"
)

// TestMigrated holds rayscope.go to be aws.go with other imports: both SDKs are measured at the same work.
func TestMigrated(t *testing.T) {
	want, err := exec.Command("./migrate").Output()
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("rayscope.go")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("rayscope.go is not what aws.go becomes: run go generate")
	}
}
