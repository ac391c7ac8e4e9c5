package conformance

// An operation is what docs/api.md tells of one.
type operation struct {
	name    string
	differs []string // from AWS, each with the reason; none: it is exact, as far as the service is known
	limits  []string // beyond those of the model
}

const (
	trustToken = "`NextToken` is refused, as the service does; everything comes at once."
	graphDay   = "The time range may have 24 hours, where the service allows 6: graphs of hours are read from counts by the minute, so that they cost little."
	emptyName  = "An empty `GroupName` or `GroupARN` counts as left out, where the service refuses it: forms send them."
	ownAccount = "`AccountId` is null for what runs in the server's own account."
	noInsights = "Nothing detects insights yet, so there are none. What will be recorded is kept for 30 days and answered."
	tokenBound = "A token works with the arguments that it was answered to only; with others it is an invalid token."
)

// operations are all of the model, by name.
var operations = []operation{
	{name: "BatchGetTraces", limits: []string{"1 to 5 trace ids, each once.", trustToken}, differs: []string{
		"A trace can be read as soon as it is stored; the service takes up to tens of seconds.",
		"`UnprocessedTraceIds` is always empty: what cannot be read fails the call."}},
	{name: "CancelTraceRetrieval"},
	{name: "CreateGroup", limits: []string{"25 groups, `Default` included.", "Names have 1 to 32 letters, digits and dashes."}, differs: []string{
		"A group that would refer to itself through the expressions of others is refused: nothing could decide who belongs to it."}},
	{name: "CreateSamplingRule", limits: []string{"25 rules beside `Default`.", "50 tags."}, differs: []string{
		"`CooldownWindowMinutes` 0 is refused with a sentence; the service fails with an internal error.",
		"`SamplingRateBoost` is left out of answers, not null, when a rule has none: SDKs for Java before 2.18.3 refuse members that they do not know."}},
	{name: "DeleteGroup", limits: []string{"`Default` cannot be deleted."}, differs: []string{
		"`GroupName` and `GroupARN` may both be given if they mean the same group, as AWS' own examples do; the service refuses that.", emptyName}},
	{name: "DeleteResourcePolicy"},
	{name: "DeleteSamplingRule", limits: []string{"`Default` cannot be deleted."}, differs: []string{"`SamplingRateBoost` as in CreateSamplingRule."}},
	{name: "GetEncryptionConfig", differs: []string{"`Status` is `ACTIVE` at once: there is no key whose use would have to be granted first."}},
	{name: "GetGroup", differs: []string{"`GroupName` and `GroupARN` as in DeleteGroup.", emptyName}},
	{name: "GetGroups", limits: []string{trustToken}},
	{name: "GetIndexingRules", limits: []string{trustToken}, differs: []string{
		"`ActualSamplingPercentage` is 100 whatever is desired: every span is indexed."}},
	{name: "GetInsight", differs: []string{noInsights}},
	{name: "GetInsightEvents", limits: []string{"1 to 50 events a page, 50 if nothing is said.", "The newest 1,000 events of an insight are kept.", tokenBound}, differs: []string{noInsights}},
	{name: "GetInsightImpactGraph", limits: []string{"The time range has at most 6 hours and begins at most 30 days ago.", trustToken}, differs: []string{noInsights, ownAccount}},
	{name: "GetInsightSummaries", limits: []string{"The time range begins at most 30 days ago.", "1 to 100 insights a page, 100 if nothing is said.", tokenBound}, differs: []string{noInsights, emptyName}},
	{name: "GetRetrievedTracesGraph", limits: []string{"100 links a service, 100 destinations a link."}, differs: []string{
		"`ReferenceType` of a link is `parent` or `child`: what the service writes is not documented."}},
	{name: "GetSamplingRules", limits: []string{"All rules come on one page; `NextToken` is ignored, as the service does."}, differs: []string{
		"The rule `Default` has the rate and the reservoir that the server was started with until somebody updates it.",
		"`SamplingRateBoost` as in CreateSamplingRule."}},
	{name: "GetSamplingStatisticSummaries", limits: []string{"One page; `NextToken` is ignored."}, differs: []string{
		"Statistics are those since the server started, in windows of ten seconds: they are kept in memory."}},
	{name: "GetSamplingTargets", limits: []string{"25 statistics of each kind.", "`ClientID` has 24 characters."}, differs: []string{
		"Without `SampledCount` the member `SampleCount` counts, as ADOT for Python calls it.",
		"`Timestamp` may be any number or string: SDKs send seconds and milliseconds. A report counts when it arrives.",
		"`UnprocessedBoostStatistics` is left out unless boost statistics were sent: SDKs for Java before 2.18.3 refuse members that they do not know."}},
	{name: "GetServiceGraph", limits: []string{trustToken, "10,000 nodes."}, differs: []string{graphDay, emptyName, ownAccount,
		"The members `Region`, `HostedIn` and `KeyAttributes`, which the service was seen to send though the model has not them, are not sent."}},
	{name: "GetTimeSeriesServiceStatistics", limits: []string{"`Period` is 60 or 300 seconds.", "Pages of 360 periods; " + "a token works with the same arguments only."}, differs: []string{graphDay, emptyName,
		"`ServiceForecastStatistics` is an object without members: there is no forecast yet.",
		"Periods in which nothing happened are left out.",
		"`ContainsOldGroupVersions` is true only if an earlier expression of the group decided on something that counts; the service was seen to say true for every named group."}},
	{name: "GetTraceGraph", limits: []string{"Exactly one trace id, as the service demands.", trustToken}, differs: []string{ownAccount}},
	{name: "GetTraceSegmentDestination", differs: []string{"`Status` is `ACTIVE` at once: no span has to be moved."}},
	{name: "GetTraceSummaries", limits: []string{"The time range has at most 24 hours.", "Pages of 100 summaries, newest first.",
		"Filter expressions have at most 4,096 characters and nest 128 deep.", tokenBound}, differs: []string{
		"With `Sampling` and the strategy `PartialScan` all traces are answered; the service may leave some out.",
		"A trace can be found as soon as it is stored.",
		"In root causes `Type` of a service and `Name` of an exception are empty, not null, when they are not known: Grafana's data source fails on null.",
		"A filter expression that is wrong is told with its column and the word that was probably meant.",
		"The members `MatchedService` and `MatchedEdge`, which the service was seen to send though the model has not them, are not sent.", ownAccount}},
	{name: "ListResourcePolicies", limits: []string{trustToken}},
	{name: "ListRetrievedTraces", limits: []string{"5 traces a page, 100 spans a trace; a larger trace goes on on the next page."}, differs: []string{
		"`TraceFormat` `OTEL` is refused: documents are kept as X-Ray's."}},
	{name: "ListTagsForResource", limits: []string{"One page; `NextToken` is ignored, as the service does."}},
	{name: "PutEncryptionConfig", differs: []string{
		"`KMS` is refused on a server that was started without a key: see [security.md](security.md). No key service is called: the one key is the server's.",
		"An alias is answered as the ARN of a key that is made up from it, always the same: nobody can be asked which key it stands for.",
		"`NONE` leaves documents unencrypted; the service has a key of its own for them."}},
	{name: "PutResourcePolicy", limits: []string{"5 policies of 5 KiB each."}, differs: []string{
		"Policies are kept, checked and answered; they decide nothing, as this version asks nobody for credentials.",
		"A name that is not allowed is an `InvalidRequestException`, a name that the model has not for this operation."}},
	{name: "PutTelemetryRecords", limits: []string{"The last 15 records of each of 500 daemons are kept."}, differs: []string{
		"What daemons report can be read again: `GET /rayscope/v1/daemons`."}},
	{name: "PutTraceSegments", limits: []string{"1 to 50 documents of 1 MiB each."}, differs: []string{
		"A document may have 1 MiB, where the service takes 64 KB: what one segment says cannot be split, and would be lost. A daemon that also writes to X-Ray counts and logs what that refuses."}},
	{name: "StartTraceRetrieval", limits: []string{"1 to 100 trace ids.", "A retrieval can be read for an hour; 1,000 may be there at a time."}, differs: []string{
		"Retrievals are kept in memory: they are gone when the server stops."}},
	{name: "TagResource", limits: []string{"50 tags a resource.", "Resources are groups and sampling rules other than `Default`."}, differs: []string{
		"A key that is there twice in one call is refused with a sentence; the service fails with an internal error.",
		"More than 50 tags are a `TooManyTagsException`, as the model has it; the service was seen to answer `InvalidRequestException`."}},
	{name: "UntagResource"},
	{name: "UpdateGroup", differs: []string{"Of `Default` the insights can be configured: otherwise there were none without a group of one's own.",
		"`GroupName` and `GroupARN` as in DeleteGroup."}},
	{name: "UpdateIndexingRule", limits: []string{"The only rule is `Default`."}, differs: []string{
		"The percentage is kept and answered, and changes nothing: every span is indexed."}},
	{name: "UpdateSamplingRule", limits: []string{"Of `Default` only `FixedRate` and `ReservoirSize` can be changed."}, differs: []string{
		"`SamplingRateBoost` as in CreateSamplingRule."}},
	{name: "UpdateTraceSegmentDestination", differs: []string{
		"A destination that is set already can be set again; the service refuses that.",
		"The destination is kept and answered, and changes nothing: every span is kept and indexed here.",
		"`SpansLogGroupKmsKeyId` is refused: there are no log groups. PutEncryptionConfig encrypts documents."}},
}
