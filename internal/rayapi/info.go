package rayapi

// Info is what a server says about itself: what people need to point programs at it.
type Info struct {
	Version string // of the server
	Account string // 12 digits
	Region  string // goes into ARNs
	Listen  string // address of the API and the console
	Daemon  string // address of the UDP and TCP listener for SDKs; empty if there is none
}

// DaemonsResponse lists the daemons that sent telemetry, the last heard first.
type DaemonsResponse struct {
	Daemons []Daemon // the last records of each
}

// Daemon is what one daemon reported of itself, in the names of PutTelemetryRecords.
type Daemon struct {
	Hostname         string            // of its machine; empty if it did not say
	EC2InstanceId    string            // empty elsewhere
	ResourceARN      string            // empty if it did not say
	LastHeard        *EpochSeconds     // by the server's clock
	UserAgent        string            // of its last report, which names program and version, at most 256 bytes; empty if it did not say
	TelemetryRecords []TelemetryRecord // in the order they were received
}

// TelemetryRecord is what a daemon counted, as a rule in one minute.
type TelemetryRecord struct {
	Timestamp               *EpochSeconds           // by the daemon's clock
	SegmentsReceivedCount   int32                   // documents taken from SDKs
	SegmentsSentCount       int32                   // documents that the server took
	SegmentsSpilloverCount  int32                   // documents dropped for want of room
	SegmentsRejectedCount   int32                   // documents that the server refused
	BackendConnectionErrors BackendConnectionErrors // calls that failed
}

// BackendConnectionErrors counts a daemon's failed calls to its endpoint by reason.
type BackendConnectionErrors struct {
	TimeoutCount           int32 // no answer in time
	ConnectionRefusedCount int32 // nobody listens
	HTTPCode4XXCount       int32 // the endpoint refused
	HTTPCode5XXCount       int32 // the endpoint failed
	UnknownHostCount       int32 // the endpoint's name is not known
	OtherCount             int32 // all else
}
