package rayapi

// TargetsResponse is what is wanted of requests. For a group counts its own target, else that of all requests, else the default.
type TargetsResponse struct {
	Default Target   // counts until others are set
	Targets []Target // those that were set, that of all requests first, then by the names of their groups
}

// Target is what is wanted of the requests of a group.
type Target struct {
	GroupName    string  // empty: of all requests
	Availability float64 // percent of requests that have to end without a fault
	ResponseTime Seconds // 95 % of requests have to be answered within this time
}

// PutTargetRequest sets the target of a group, or of all requests. A group that is deleted takes its target along.
type PutTargetRequest struct {
	GroupName    string   // empty: of all requests
	Availability *float64 // percent, from 0 to 99.999; required
	ResponseTime *Seconds // more than 0, at most 3,600; required
}

// PutTargetResponse is the target as it is now.
type PutTargetResponse struct {
	Target Target
}
