package api

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/rayscope/rayscope/internal/arrivals"
	"github.com/rayscope/rayscope/internal/checkup"
	"github.com/rayscope/rayscope/internal/ingest"
	"github.com/rayscope/rayscope/internal/insight"
	"github.com/rayscope/rayscope/internal/query"
	"github.com/rayscope/rayscope/internal/rayapi"
	"github.com/rayscope/rayscope/internal/retrieval"
	"github.com/rayscope/rayscope/internal/settings"
	"github.com/rayscope/rayscope/internal/store"
	"github.com/rayscope/rayscope/internal/wire"
)

// Limits of requests.
const (
	// maxSummaryWindow is the service's own longest window. maxGraphWindow is that of service graphs and time series; the
	// service's is 6 hours.
	maxSummaryWindow = 24 * time.Hour
	maxGraphWindow   = 24 * time.Hour

	// maxTime bounds the work for one request: clients give up after a minute, and nobody would read the answer.
	maxTime = 50 * time.Second

	// maxTraceIDs is how many traces BatchGetTraces answers at once.
	maxTraceIDs = 5
)

// Config is what the API stands on.
type Config struct {
	Account  store.Account // whose data callers see
	Region   string        // goes into ARNs
	Query    *query.Query
	Ingest   *ingest.Ingester
	Sampling *settings.Sampler
	Settings *settings.Settings
	Now      func() time.Time
	Log      *slog.Logger
	Metrics  prometheus.Registerer
	Info     func() Info // asked for at each request

	Book      *arrivals.Book // learns who calls and who is refused
	Checkup   *checkup.Room
	Retrieval *retrieval.Room
	Insights  *insight.Room

	// KeyConfigured tells whether documents can be encrypted. Nil: they cannot.
	KeyConfigured func() bool
}

// API answers X-Ray's operations. It is an http.Handler, safe for concurrent use.
type API struct {
	Config
	operations map[string]operation // by path: POST
	own        map[string]operation // by path: GET
	requests   *prometheus.CounterVec
	daemons    *prometheus.CounterVec
}

// An operation answers one request with the value of its output shape, or fails.
type operation struct {
	name   string
	answer func(ctx context.Context, body []byte) (any, error)
}

// New is the API over the given rooms.
func New(c Config) *API {
	a := &API{Config: c}
	a.operations = map[string]operation{
		"/TraceSegments":    {sends, a.putTraceSegments},
		"/TelemetryRecords": {reports, shaped(a.putTelemetryRecords)},
		"/TraceSummaries":   {"GetTraceSummaries", shaped(a.getTraceSummaries)},
		"/Traces":           {"BatchGetTraces", shaped(a.batchGetTraces)},
		"/ServiceGraph":     {"GetServiceGraph", shaped(a.getServiceGraph)},
		"/TraceGraph":       {"GetTraceGraph", shaped(a.getTraceGraph)},

		"/TimeSeriesServiceStatistics": {"GetTimeSeriesServiceStatistics", shaped(a.getTimeSeriesServiceStatistics)},

		"/GetSamplingRules":           {"GetSamplingRules", shaped(a.getSamplingRules)},
		"/CreateSamplingRule":         {"CreateSamplingRule", shaped(a.createSamplingRule)},
		"/UpdateSamplingRule":         {"UpdateSamplingRule", shaped(a.updateSamplingRule)},
		"/DeleteSamplingRule":         {"DeleteSamplingRule", shaped(a.deleteSamplingRule)},
		"/SamplingTargets":            {"GetSamplingTargets", shaped(a.getSamplingTargets)},
		"/SamplingStatisticSummaries": {"GetSamplingStatisticSummaries", shaped(a.getSamplingStatisticSummaries)},

		"/StartTraceRetrieval":     {"StartTraceRetrieval", shaped(a.startTraceRetrieval)},
		"/ListRetrievedTraces":     {"ListRetrievedTraces", shaped(a.listRetrievedTraces)},
		"/GetRetrievedTracesGraph": {"GetRetrievedTracesGraph", shaped(a.getRetrievedTracesGraph)},
		"/CancelTraceRetrieval":    {"CancelTraceRetrieval", shaped(a.cancelTraceRetrieval)},

		"/Insight":            {"GetInsight", shaped(a.getInsight)},
		"/InsightEvents":      {"GetInsightEvents", shaped(a.getInsightEvents)},
		"/InsightSummaries":   {"GetInsightSummaries", shaped(a.getInsightSummaries)},
		"/InsightImpactGraph": {"GetInsightImpactGraph", shaped(a.getInsightImpactGraph)},

		"/CreateGroup": {"CreateGroup", shaped(a.createGroup)},
		"/GetGroup":    {"GetGroup", shaped(a.getGroup)},
		"/Groups":      {"GetGroups", shaped(a.getGroups)},
		"/UpdateGroup": {"UpdateGroup", shaped(a.updateGroup)},
		"/DeleteGroup": {"DeleteGroup", shaped(a.deleteGroup)},

		"/EncryptionConfig":    {"GetEncryptionConfig", shaped(a.getEncryptionConfig)},
		"/PutEncryptionConfig": {"PutEncryptionConfig", shaped(a.putEncryptionConfig)},

		"/ListResourcePolicies": {"ListResourcePolicies", shaped(a.listResourcePolicies)},
		"/PutResourcePolicy":    {"PutResourcePolicy", shaped(a.putResourcePolicy)},
		"/DeleteResourcePolicy": {"DeleteResourcePolicy", shaped(a.deleteResourcePolicy)},

		"/GetIndexingRules":              {"GetIndexingRules", shaped(a.getIndexingRules)},
		"/UpdateIndexingRule":            {"UpdateIndexingRule", shaped(a.updateIndexingRule)},
		"/GetTraceSegmentDestination":    {"GetTraceSegmentDestination", shaped(a.getTraceSegmentDestination)},
		"/UpdateTraceSegmentDestination": {"UpdateTraceSegmentDestination", shaped(a.updateTraceSegmentDestination)},

		"/TagResource":         {"TagResource", shaped(a.tagResource)},
		"/UntagResource":       {"UntagResource", shaped(a.untagResource)},
		"/ListTagsForResource": {"ListTagsForResource", shaped(a.listTagsForResource)},

		rayapi.AnalyzePath:  {"Analyze", shaped(a.analyze)},
		rayapi.CompletePath: {"Complete", shaped(a.complete)},
		rayapi.TargetsPath:  {"PutTarget", shaped(a.putTarget)},
		rayapi.GraphPath:    {"Graph", shaped(a.matchingGraph)},

		rayapi.SamplingMatchPath: {"MatchSamplingRules", shaped(a.matchSamplingRules)},
	}
	a.own = map[string]operation{
		rayapi.InfoPath:    {"GetInfo", a.info},
		rayapi.DaemonsPath: {"GetDaemons", a.listDaemons},
		rayapi.ChecksPath:  {"GetChecks", a.checks},
		rayapi.StoragePath: {"GetStorage", a.storage},
		rayapi.TargetsPath: {"GetTargets", a.listTargets},

		rayapi.SamplingTrendPath: {"GetSamplingTrend", a.samplingTrend},
	}
	a.requests = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "rayscope_api_requests_total", Help: "Requests to the X-Ray API by operation and result (ok, or the name of the error).",
	}, []string{"operation", "result"})
	a.daemons = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "rayscope_telemetry_segments_total", Help: "What daemons reported of themselves in telemetry records: segments by what became of them.",
	}, []string{"result"})
	c.Metrics.MustRegister(a.requests, a.daemons, ruleMetrics{c.Sampling.Totals})
	return a
}

// Owns tells whether the path is that of an operation.
func (a *API) Owns(path string) bool {
	_, xray := a.operations[path]
	_, own := a.own[path]
	return xray || own
}

func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	op, ok := a.find(r)
	if !ok {
		a.requests.WithLabelValues("unknown", "UnknownOperationException").Inc()
		wire.WriteError(w, unknownOperation(r.Method, r.URL.Path))
		return
	}
	if r.Method == http.MethodGet {
		w.Header().Set("Cache-Control", "no-store")
	}
	out, err := a.run(r, op)
	if err == nil {
		err = wire.Write(w, http.StatusOK, out)
	}
	if err != nil {
		e := toError(r.Context(), a.Log.With("operation", op.name), err)
		a.requests.WithLabelValues(op.name, e.Name).Inc()
		if op.name == sends {
			a.Book.Deny(a.sender(r), a.Now(), e.Name, e.Message)
		}
		wire.WriteError(w, e)
		return
	}
	a.requests.WithLabelValues(op.name, "ok").Inc()
	if asksForRules[op.name] && r.UserAgent() != arrivals.Probe {
		a.Book.Asked(op.name, a.Now())
	}
}

// find is the operation that a request is for.
func (a *API) find(r *http.Request) (op operation, ok bool) {
	switch r.Method {
	case http.MethodPost:
		op, ok = a.operations[r.URL.Path]
	case http.MethodGet:
		op, ok = a.own[r.URL.Path]
	}
	return op, ok
}

// run reads the body and answers.
func (a *API) run(r *http.Request, op operation) (any, error) {
	body := bodies.Get().(*[]byte)
	defer bodies.Put(body)
	if err := wire.ReadBody(r, wire.MaxBody, body); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(r.Context(), maxTime)
	defer cancel()
	switch op.name {
	case sends:
		ctx = ingest.From(ctx, a.sender(r))
	case reports:
		ctx = context.WithValue(ctx, agentKey{}, r.UserAgent())
	}
	out, err := op.answer(ctx, *body)
	if err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return nil, unavailable("The request took longer than %s. Ask for a shorter time range, or send it again later.", maxTime)
	}
	return out, err
}
