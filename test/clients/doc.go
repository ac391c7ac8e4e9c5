// Package clients holds unmodified, released clients of X-Ray against the built binary: SDKs that send segments to the daemon's
// port and ask for sampling decisions, clients of the service API, and senders of everything that is not allowed.
package clients
