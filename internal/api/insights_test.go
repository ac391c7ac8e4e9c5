package api_test

import (
	"strings"
	"testing"

	"github.com/rayscope/rayscope/internal/insight"
	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/trace"
)

const (
	insightID   = "5b0f6c1e-8a2d-4c37-9e51-2f7d4a6b8c90"
	insightLong = "6c1a7d2f-8a2d-4c37-9e51-2f7d4a6b8c90"
)

// The lists are empty until something is detected; what detection records is answered.
func TestInsights(t *testing.T) {
	b := newBench(t)
	summaries := `{"GroupName":"Default","StartTime":1758650000,"EndTime":1758654630}`
	golden(t, "insight-summaries-none", b.ok("/InsightSummaries", summaries))

	b.put(fixture(t, "worked.json"))
	stock := trace.Service{Name: "stock.example.net", Type: trace.TypeRemote}
	in := insight.Insight{
		ID: insightID, Group: "Default", GroupARN: "arn:aws:xray:eu-central-1:111122223333:group/Default", RootCause: stock, Start: 1758654600 * segment.Second,
		Event: insight.Event{
			Time: 1758654610 * segment.Second, Summary: "faults of stock.example.net above the expected range", Clients: insight.Impact{Faults: 41, OK: 359, Total: 400},
			Service: insight.Impact{Faults: 44, OK: 296, Total: 340}, Anomalous: []trace.Service{stock},
		},
	}
	record := func(in insight.Insight) {
		t.Helper()
		if err := b.insights.Record(t.Context(), account, in); err != nil {
			t.Fatal(err)
		}
	}
	record(in)
	golden(t, "insight", b.ok("/Insight", `{"InsightId":"`+strings.ToUpper(insightID)+`"}`))
	in.Time, in.End, in.Anomalous = 1758654620*segment.Second, 1758654620*segment.Second, nil
	record(in)
	in.ID, in.Start, in.End = insightLong, 1758654000*segment.Second, 0
	record(in)
	golden(t, "insight-summaries", b.ok("/InsightSummaries", summaries))
	golden(t, "insight-summaries-closed", b.ok("/InsightSummaries", `{"States":["CLOSED"],"GroupARN":"arn:aws:xray:eu-central-1:111122223333:group/Default","StartTime":1758650000,"EndTime":1758654630,"MaxResults":1,"NextToken":null}`))
	golden(t, "insight-events", b.ok("/InsightEvents", `{"InsightId":"`+insightID+`","MaxResults":50}`))
	golden(t, "insight-impact", b.ok("/InsightImpactGraph", `{"InsightId":"`+insightID+`","StartTime":1758654600,"EndTime":1758654900}`))
	golden(t, "insight-impact-none", b.ok("/InsightImpactGraph", `{"InsightId":"`+insightID+`","StartTime":1758653000,"EndTime":1758653900}`))
}

func TestInsightErrors(t *testing.T) {
	b := newBench(t)
	const bad = "InvalidRequestException"
	day := func(more string) string { return `{"StartTime":1758600000,"EndTime":1758654630` + more + `}` }
	for _, path := range []string{"/Insight", "/InsightEvents"} {
		b.refused(
			refusal{path, ``, 400, bad, "InsightId is missing"},
			refusal{path, `{"InsightId":"stock"}`, 400, bad, `InsightId "stock" is not a UUID`},
			refusal{path, `{"InsightId":"` + insightID + `"}`, 400, bad, "Insight not found"},
			refusal{path, `{"InsightId":7}`, 400, bad, "InsightId"},
		)
	}
	b.refused(
		refusal{"/InsightEvents", `{"InsightId":"` + insightID + `","MaxResults":0}`, 400, bad, "MaxResults is 0, 1 to 50"},
		refusal{"/InsightEvents", `{"InsightId":"` + insightID + `","MaxResults":51}`, 400, bad, "MaxResults is 51, 1 to 50"},
		refusal{"/InsightSummaries", day(``), 400, bad, "GroupName and GroupARN are missing"},
		refusal{"/InsightSummaries", day(`,"GroupName":"Default","GroupARN":"arn:aws:xray:eu-central-1:111122223333:group/Default"`), 400, bad, "both given"},
		refusal{"/InsightSummaries", day(`,"GroupName":"slow"`), 400, bad, "Group not found."},
		refusal{"/InsightSummaries", day(`,"GroupName":"Default","States":["ACTIVE","CLOSED"]`), 400, bad, "States has 2 values"},
		refusal{"/InsightSummaries", day(`,"GroupName":"Default","States":["OPEN"]`), 400, bad, `States: "OPEN" is not known`},
		refusal{"/InsightSummaries", day(`,"GroupName":"Default","MaxResults":101`), 400, bad, "MaxResults is 101, 1 to 100"},
		refusal{"/InsightSummaries", day(`,"GroupName":"Default","NextToken":"x"`), 400, bad, "Invalid token"},
		refusal{"/InsightSummaries", `{"GroupName":"Default"}`, 400, bad, "StartTime is missing"},
		refusal{"/InsightSummaries", `{"GroupName":"Default","StartTime":1758654630}`, 400, bad, "EndTime is missing"},
		refusal{"/InsightSummaries", `{"GroupName":"Default","StartTime":1758654630,"EndTime":1758654629}`, 400, bad, "End time cannot be earlier"},
		refusal{"/InsightSummaries", `{"GroupName":"Default","StartTime":1756062629,"EndTime":1758654629}`, 400, bad, "StartTime is more than 30 days old"},
		refusal{"/InsightImpactGraph", `{"InsightId":"` + insightID + `"}`, 400, bad, "StartTime is missing"},
		refusal{"/InsightImpactGraph", `{"InsightId":"` + insightID + `","StartTime":1758600000,"EndTime":1758621601}`, 400, bad, "6h0m0s"},
		refusal{"/InsightImpactGraph", `{"InsightId":"` + insightID + `","StartTime":1750000000,"EndTime":1750000001}`, 400, bad, "StartTime is more than 30 days old"},
		refusal{"/InsightImpactGraph", `{"StartTime":1758600000,"EndTime":1758600001}`, 400, bad, "InsightId is missing"},
		refusal{"/InsightImpactGraph", `{"InsightId":"` + insightID + `","StartTime":1758600000,"EndTime":1758600001}`, 400, bad, "Insight not found"},
		refusal{"/InsightImpactGraph", `{"InsightId":"` + insightID + `","StartTime":1758600000,"EndTime":1758600001,"NextToken":"x"}`, 400, bad, "NextToken is currently not supported"},
	)
}
