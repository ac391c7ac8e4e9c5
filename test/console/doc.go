// Package console opens the console of the built binary in Chromium, as people do: with the demo's traffic, empty, and with the
// traffic of a program that a real SDK traces.
package console
