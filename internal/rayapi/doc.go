// Package rayapi has the request and response types of Rayscope's own operations, those under /rayscope/v1/ that X-Ray's API
// lacks: the server answers them, the command line and the console ask with them.
//
// From the types and their comments a test writes the console's TypeScript types and the reference docs/rayscope-api.md, so a
// comment here is written for callers: it gives the meaning, the unit and the limits of a member. As in X-Ray's shapes, every
// member of a response is there; what is not known is null, and a list without items is empty.
package rayapi

// Paths of the operations. Info, Daemons, Checks, Storage, SamplingTrend and Targets are asked with GET, the others with POST and a JSON
// object; a POST to the path of Targets sets one.
const (
	InfoPath     = "/rayscope/v1/info"
	DaemonsPath  = "/rayscope/v1/daemons"
	ChecksPath   = "/rayscope/v1/checks"
	StoragePath  = "/rayscope/v1/storage"
	AnalyzePath  = "/rayscope/v1/analyze"
	CompletePath = "/rayscope/v1/complete"
	TargetsPath  = "/rayscope/v1/targets"
	GraphPath    = "/rayscope/v1/graph"

	SamplingMatchPath = "/rayscope/v1/sampling/match"
	SamplingTrendPath = "/rayscope/v1/sampling/trend"
)

// EpochSeconds is a point in time: seconds since 1970 with a fraction.
type EpochSeconds float64

// Seconds is a length of time.
type Seconds float64
