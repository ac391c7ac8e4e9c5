// Package demo holds `rayscope demo` to what its documentation says: the map of its shop, in one process and in several, the tree of a
// checkout, its sampling rule, and its end.
package demo
