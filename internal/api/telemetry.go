package api

import "context"

type putTelemetryRecordsInput struct {
	TelemetryRecords []telemetryRecord
	EC2InstanceId    string
	Hostname         string
	ResourceARN      string
}

type telemetryRecord struct {
	Timestamp              timestamp
	SegmentsReceivedCount  int32
	SegmentsSentCount      int32
	SegmentsSpilloverCount int32
	SegmentsRejectedCount  int32
}

// Limits of the model.
const (
	maxInstanceID  = 20
	maxHostname    = 255
	maxResourceARN = 500
)

// putTelemetryRecords takes what daemons report of themselves into the metrics and the log.
func (a *API) putTelemetryRecords(_ context.Context, in *putTelemetryRecordsInput) (any, error) {
	switch {
	case len(in.TelemetryRecords) == 0:
		return nil, invalid("Telemetry records cannot be empty")
	case len(in.EC2InstanceId) > maxInstanceID:
		return nil, invalid("EC2InstanceId has %d characters, %d is the most.", len(in.EC2InstanceId), maxInstanceID)
	case len(in.Hostname) > maxHostname:
		return nil, invalid("Hostname has %d characters, %d is the most.", len(in.Hostname), maxHostname)
	case len(in.ResourceARN) > maxResourceARN:
		return nil, invalid("ResourceARN has %d characters, %d is the most.", len(in.ResourceARN), maxResourceARN)
	}
	for i, r := range in.TelemetryRecords {
		if !r.Timestamp.set {
			return nil, invalid("TelemetryRecords[%d].Timestamp is missing. Send epoch seconds.", i)
		}
		if min(r.SegmentsReceivedCount, r.SegmentsSentCount, r.SegmentsSpilloverCount, r.SegmentsRejectedCount) < 0 {
			return nil, invalid("TelemetryRecords[%d] has a negative count. Counts are 0 or more.", i)
		}
	}
	for _, r := range in.TelemetryRecords {
		a.daemons.WithLabelValues("received").Add(float64(r.SegmentsReceivedCount))
		a.daemons.WithLabelValues("sent").Add(float64(r.SegmentsSentCount))
		a.daemons.WithLabelValues("spilled").Add(float64(r.SegmentsSpilloverCount))
		a.daemons.WithLabelValues("rejected").Add(float64(r.SegmentsRejectedCount))
		if lost := r.SegmentsSpilloverCount + r.SegmentsRejectedCount; lost > 0 {
			a.Log.Warn("a daemon lost segments", "host", in.Hostname, "instance", in.EC2InstanceId, "spilled", r.SegmentsSpilloverCount, "rejected", r.SegmentsRejectedCount)
		}
	}
	return struct{}{}, nil
}
