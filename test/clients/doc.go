// Package clients holds unmodified, released clients of X-Ray against the built binary: SDKs that send segments to the daemon's
// port and ask for sampling decisions, clients of the service API, and senders of everything that is not allowed.
//
// The programs that use the SDKs are in ../python, ../node, ../java and ../go. Each is the same service of a small shop: it passes
// a request on to the next service, or answers it, and says in the answer which trace the request belonged to. So a test
// knows from the SDK itself what has to be found on the server afterwards.
package clients
