// Package harness runs the built binary, and clients of it, as processes of their own, for the tests beside it.
//
// A test starts a Server with Start, drives it over the wire, and waits for what it expects with Eventually. Everything
// a process prints is kept in a file, see Artifacts, and its tail is shown when the test fails.
package harness
