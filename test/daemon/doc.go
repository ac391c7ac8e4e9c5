// Package daemon tests the stand-alone daemon as a process between real sockets: everything that can go wrong between it and
// an endpoint, and that nothing is lost by it.
package daemon
