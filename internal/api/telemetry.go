package api

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/rayscope/rayscope/internal/rayapi"
	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/settings"
)

type putTelemetryRecordsInput struct {
	TelemetryRecords []telemetryRecord
	EC2InstanceId    string
	Hostname         string
	ResourceARN      string
}

type telemetryRecord struct {
	Timestamp               timestamp
	SegmentsReceivedCount   int32
	SegmentsSentCount       int32
	SegmentsSpilloverCount  int32
	SegmentsRejectedCount   int32
	BackendConnectionErrors backendConnectionErrors
}

type backendConnectionErrors struct {
	TimeoutCount           int32
	ConnectionRefusedCount int32
	HTTPCode4XXCount       int32
	HTTPCode5XXCount       int32
	UnknownHostCount       int32
	OtherCount             int32
}

// Limits of the model.
const (
	maxInstanceID  = 20
	maxHostname    = 255
	maxResourceARN = 500
)

// maxAgent is how much of a User-Agent is kept, in bytes: program and version stand first in it.
const maxAgent = 256

// reports is the operation whose callers' User-Agent is looked at.
const reports = "PutTelemetryRecords"

// agentKey is the key of that in a context.
type agentKey struct{}

func agentOf(ctx context.Context) string {
	agent, _ := ctx.Value(agentKey{}).(string)
	return strings.ToValidUTF8(agent[:min(len(agent), maxAgent)], "")
}

// putTelemetryRecords takes what daemons report of themselves into the metrics, the log and the settings.
func (a *API) putTelemetryRecords(ctx context.Context, in *putTelemetryRecordsInput) (any, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	d := settings.Daemon{Host: in.Hostname, Instance: in.EC2InstanceId, Resource: in.ResourceARN, Agent: agentOf(ctx), Records: convert(in.TelemetryRecords, toTelemetry)}
	if err := a.Settings.Hear(ctx, a.Account, d); err != nil {
		return nil, err
	}
	for _, r := range in.TelemetryRecords {
		a.daemons.WithLabelValues("received").Add(float64(r.SegmentsReceivedCount))
		a.daemons.WithLabelValues("sent").Add(float64(r.SegmentsSentCount))
		a.daemons.WithLabelValues("spilled").Add(float64(r.SegmentsSpilloverCount))
		a.daemons.WithLabelValues("rejected").Add(float64(r.SegmentsRejectedCount))
		if r.SegmentsSpilloverCount > 0 || r.SegmentsRejectedCount > 0 {
			a.Log.Warn("a daemon lost segments", "host", in.Hostname, "instance", in.EC2InstanceId, "spilled", r.SegmentsSpilloverCount, "rejected", r.SegmentsRejectedCount)
		}
	}
	return struct{}{}, nil
}

func (in *putTelemetryRecordsInput) check() error {
	if len(in.TelemetryRecords) == 0 {
		return invalid("Telemetry records cannot be empty")
	}
	for _, m := range []struct {
		name, value string
		most        int
	}{
		{"EC2InstanceId", in.EC2InstanceId, maxInstanceID},
		{"Hostname", in.Hostname, maxHostname},
		{"ResourceARN", in.ResourceARN, maxResourceARN},
	} {
		if n := utf8.RuneCountInString(m.value); n > m.most {
			return invalid("%s has %d characters, %d is the most.", m.name, n, m.most)
		}
	}
	for i, r := range in.TelemetryRecords {
		if !r.Timestamp.Set {
			return invalid("TelemetryRecords[%d].Timestamp is missing. Send epoch seconds.", i)
		}
		e := r.BackendConnectionErrors
		if min(r.SegmentsReceivedCount, r.SegmentsSentCount, r.SegmentsSpilloverCount, r.SegmentsRejectedCount,
			e.TimeoutCount, e.ConnectionRefusedCount, e.HTTPCode4XXCount, e.HTTPCode5XXCount, e.UnknownHostCount, e.OtherCount) < 0 {
			return invalid("TelemetryRecords[%d] has a negative count. Counts are 0 or more.", i)
		}
	}
	return nil
}

func toTelemetry(r telemetryRecord) settings.Telemetry {
	e := r.BackendConnectionErrors
	return settings.Telemetry{
		Time:     time.UnixMicro(int64(r.Timestamp.Time)).UTC(),
		Received: r.SegmentsReceivedCount, Sent: r.SegmentsSentCount, Spilled: r.SegmentsSpilloverCount, Rejected: r.SegmentsRejectedCount,
		ConnectionErrors: settings.ConnectionErrors{
			Timeout: e.TimeoutCount, Refused: e.ConnectionRefusedCount, HTTP4XX: e.HTTPCode4XXCount, HTTP5XX: e.HTTPCode5XXCount,
			UnknownHost: e.UnknownHostCount, Other: e.OtherCount,
		},
	}
}

// listDaemons answers the last records of each daemon, the last heard first.
func (a *API) listDaemons(ctx context.Context, _ []byte) (any, error) {
	daemons, err := a.Settings.Daemons(ctx, a.Account)
	if err != nil {
		return nil, err
	}
	return rayapi.DaemonsResponse{Daemons: convert(daemons, func(d settings.Daemon) rayapi.Daemon {
		return rayapi.Daemon{Hostname: d.Host, EC2InstanceId: d.Instance, ResourceARN: d.Resource, LastHeard: epoch(d.Heard), UserAgent: d.Agent,
			TelemetryRecords: convert(d.Records, ofTelemetry)}
	})}, nil
}

func ofTelemetry(t settings.Telemetry) rayapi.TelemetryRecord {
	e := t.ConnectionErrors
	return rayapi.TelemetryRecord{
		Timestamp: epoch(t.Time), SegmentsReceivedCount: t.Received, SegmentsSentCount: t.Sent, SegmentsSpilloverCount: t.Spilled,
		SegmentsRejectedCount: t.Rejected,
		BackendConnectionErrors: rayapi.BackendConnectionErrors{
			TimeoutCount: e.Timeout, ConnectionRefusedCount: e.Refused, HTTPCode4XXCount: e.HTTP4XX, HTTPCode5XXCount: e.HTTP5XX,
			UnknownHostCount: e.UnknownHost, OtherCount: e.Other,
		},
	}
}

func epoch(t time.Time) *rayapi.EpochSeconds {
	s := rayapi.EpochSeconds(segment.TimeOf(t).Seconds())
	return &s
}
