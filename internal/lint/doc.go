// Package lint holds the project's own rules as tests: which package may import which, what the words of the system must not
// know, and what no file may contain. Each message names the rule and what to do instead.
package lint
