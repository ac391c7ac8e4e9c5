package conformance

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/rayscope/rayscope/test/harness"
)

// The tests here make the calls of Terraform's provider for AWS, which uses the Go client, for each of its resources: create, read,
// update, read, delete, and read what is deleted, as it looks for it.

// must calls an operation that has to succeed.
func must(t *testing.T, c harness.Caller, op string, args harness.Args) json.RawMessage {
	t.Helper()
	raw, err := c.Call(op, args)
	if err != nil {
		t.Fatalf("%s %v: %v", op, args, err)
	}
	return raw
}

// want compares values at paths of an answer.
func want(t *testing.T, raw json.RawMessage, values map[string]any) {
	t.Helper()
	for path, value := range values {
		if got := valueAt(raw, path); got != value {
			t.Errorf("%s is %v, want %v, in\n%s", path, got, value, raw)
		}
	}
}

// retag changes tags as the provider does: it removes what is gone, then sets what is new.
func retag(t *testing.T, c harness.Caller, arn string) {
	t.Helper()
	want(t, must(t, c, "ListTagsForResource", harness.Args{"ResourceARN": arn}), map[string]any{"Tags.0.Key": "team", "Tags.0.Value": "shop"})
	must(t, c, "UntagResource", harness.Args{"ResourceARN": arn, "TagKeys": []string{"team"}})
	must(t, c, "TagResource", harness.Args{"ResourceARN": arn, "Tags": []harness.Args{{"Key": "stage", "Value": "test"}}})
	want(t, must(t, c, "ListTagsForResource", harness.Args{"ResourceARN": arn}), map[string]any{"Tags.0.Key": "stage", "Tags.1": nil})
}

var teamTag = []harness.Args{{"Key": "team", "Value": "shop"}}

// TestTerraformGroup is aws_xray_group. The provider takes a group for gone by the words of the error.
func TestTerraformGroup(t *testing.T) {
	t.Parallel()
	c := harness.GoAPI(t, harness.Start(t))
	created := must(t, c, "CreateGroup", harness.Args{"GroupName": "slow", "FilterExpression": "responsetime > 5", "Tags": teamTag,
		"InsightsConfiguration": harness.Args{"InsightsEnabled": true, "NotificationsEnabled": true}})
	arn, _ := valueAt(created, "Group.GroupARN").(string)
	read := harness.Args{"GroupARN": arn}
	want(t, must(t, c, "GetGroup", read), map[string]any{"Group.GroupName": "slow", "Group.FilterExpression": "responsetime > 5", "Group.GroupARN": arn,
		"Group.InsightsConfiguration.InsightsEnabled": true, "Group.InsightsConfiguration.NotificationsEnabled": true})
	must(t, c, "UpdateGroup", harness.Args{"GroupARN": arn, "FilterExpression": "responsetime > 10",
		"InsightsConfiguration": harness.Args{"InsightsEnabled": false, "NotificationsEnabled": false}})
	retag(t, c, arn)
	want(t, must(t, c, "GetGroup", read), map[string]any{"Group.FilterExpression": "responsetime > 10", "Group.InsightsConfiguration.InsightsEnabled": false})
	must(t, c, "DeleteGroup", read)
	_, err := c.Call("GetGroup", read)
	if e, ok := errors.AsType[*harness.APIError](err); !ok || e.Type != "*types.InvalidRequestException" || !strings.Contains(e.Message, "Group not found") {
		t.Errorf("a deleted group: %v, want InvalidRequestException with 'Group not found'", err)
	}
}

// TestTerraformSamplingRule is aws_xray_sampling_rule. The provider lists all rules to find one.
func TestTerraformSamplingRule(t *testing.T) {
	t.Parallel()
	c := harness.GoAPI(t, harness.Start(t))
	rule := aRule("orders")
	delete(rule, "SamplingRateBoost")
	arn, _ := valueAt(must(t, c, "CreateSamplingRule", harness.Args{"SamplingRule": rule, "Tags": teamTag}), "SamplingRuleRecord.SamplingRule.RuleARN").(string)
	is := func() map[string]any {
		list, _ := valueAt(must(t, c, "GetSamplingRules", harness.Args{}), "SamplingRuleRecords").([]any)
		for _, record := range list {
			if rule, _ := record.(map[string]any)["SamplingRule"].(map[string]any); rule["RuleName"] == "orders" {
				return rule
			}
		}
		return nil
	}
	if got := is(); got["RuleARN"] != arn || got["FixedRate"] != 0.2 || got["Version"] != 1.0 || got["URLPath"] != "/v2/*" {
		t.Errorf("created: %v", got)
	}
	retag(t, c, arn)
	delete(rule, "Version") // the provider replaces a rule whose version changes
	rule["FixedRate"], rule["Attributes"] = 0.7, harness.Args{}
	must(t, c, "UpdateSamplingRule", harness.Args{"SamplingRuleUpdate": rule})
	if got := is(); got["FixedRate"] != 0.7 || len(got["Attributes"].(map[string]any)) != 0 {
		t.Errorf("updated: %v, want rate 0.7 and no attributes", got)
	}
	must(t, c, "DeleteSamplingRule", harness.Args{"RuleName": "orders"})
	if got := is(); got != nil {
		t.Errorf("deleted: %v is still listed", got)
	}
}

// TestTerraformEncryptionConfig is aws_xray_encryption_config. The provider waits until it is active; deleting does nothing.
func TestTerraformEncryptionConfig(t *testing.T) {
	t.Parallel()
	c := harness.GoAPI(t, startWithEverything(t))
	for _, args := range []harness.Args{{"Type": "NONE"}, {"Type": "KMS", "KeyId": aKey}, {"Type": "NONE"}} {
		must(t, c, "PutEncryptionConfig", args)
		want(t, must(t, c, "GetEncryptionConfig", harness.Args{}), map[string]any{"EncryptionConfig.Status": "ACTIVE",
			"EncryptionConfig.Type": args["Type"], "EncryptionConfig.KeyId": args["KeyId"]})
	}
}

// TestTerraformResourcePolicy is aws_xray_resource_policy. The provider lists all policies to find one, and deletes by revision.
func TestTerraformResourcePolicy(t *testing.T) {
	t.Parallel()
	c := harness.GoAPI(t, harness.Start(t))
	is := func() map[string]any {
		pages, err := c.Pages("ListResourcePolicies", harness.Args{})
		if err != nil || len(pages) != 1 {
			t.Fatalf("%d pages (%v), want one", len(pages), err)
		}
		list, _ := valueAt(pages[0], "ResourcePolicies").([]any)
		i := slices.IndexFunc(list, func(p any) bool { return p.(map[string]any)["PolicyName"] == "sns" })
		if i < 0 {
			return nil
		}
		return list[i].(map[string]any)
	}
	must(t, c, "PutResourcePolicy", harness.Args{"PolicyName": "sns", "PolicyDocument": aPolicy, "BypassPolicyLockoutCheck": true})
	if got := is(); got["PolicyRevisionId"] != "1" || got["PolicyDocument"] != aPolicy || got["LastUpdatedTime"] == nil {
		t.Errorf("created: %v, want the document as it was sent, revision 1 and a time", got)
	}
	changed := strings.Replace(aPolicy, "xray:PutTraceSegments", "xray:Put*", 1)
	must(t, c, "PutResourcePolicy", harness.Args{"PolicyName": "sns", "PolicyDocument": changed, "PolicyRevisionId": "1"})
	got := is()
	if got["PolicyRevisionId"] != "2" || got["PolicyDocument"] != changed {
		t.Errorf("updated: %v, want the new document and revision 2", got)
	}
	must(t, c, "DeleteResourcePolicy", harness.Args{"PolicyName": "sns", "PolicyRevisionId": got["PolicyRevisionId"]})
	if got := is(); got != nil {
		t.Errorf("deleted: %v is still listed", got)
	}
}

// TestTerraformSearch is aws_xray_trace_segment_destination and aws_xray_indexing_rule. Creating either is an update that may
// change nothing: the service refuses that for a destination, which the provider forgives.
func TestTerraformSearch(t *testing.T) {
	t.Parallel()
	c := harness.GoAPI(t, harness.Start(t))
	for _, destination := range []string{"XRay", "CloudWatchLogs", "XRay"} {
		must(t, c, "UpdateTraceSegmentDestination", harness.Args{"Destination": destination})
		want(t, must(t, c, "GetTraceSegmentDestination", harness.Args{}), map[string]any{"Destination": destination, "Status": "ACTIVE"})
	}
	for _, percent := range []float64{5, 5, 100} {
		rule := harness.Args{"Probabilistic": harness.Args{"DesiredSamplingPercentage": percent}}
		want(t, must(t, c, "UpdateIndexingRule", harness.Args{"Name": "Default", "Rule": rule}), map[string]any{
			"IndexingRule.Name": "Default", "IndexingRule.Rule.Value.DesiredSamplingPercentage": percent, "IndexingRule.Rule.Value.ActualSamplingPercentage": 100.0})
		want(t, must(t, c, "GetIndexingRules", harness.Args{}), map[string]any{"IndexingRules.0.Rule.Value.DesiredSamplingPercentage": percent})
	}
}
