package filter_test

import (
	"fmt"
	"testing"

	"github.com/rayscope/rayscope/internal/filter"
	"github.com/rayscope/rayscope/internal/trace"
)

const (
	inTrace = `"trace_id":"1-68d2f100-00000000000000000000000a",`
	whole   = `"start_time":1758654700,"end_time":1758654701,`
)

// A question is an expression and whether it holds.
type question struct {
	expression string
	want       bool
}

func ask(t *testing.T, tr *trace.Trace, env *filter.Env, questions []question) {
	t.Helper()
	for _, q := range questions {
		if got := parse(t, q.expression).Match(tr, env); got != q.want {
			t.Errorf("%s: got %t, want %t", q.expression, got, q.want)
		}
	}
}

func TestClasses(t *testing.T) {
	env := groupsOf(t, own, nil)
	throttled := assemble(t, own, `{`+inTrace+whole+`"id":"0000000000000001","name":"a","fault":true,"http":{"response":{"status":429}}}`)
	ask(t, throttled, env, []question{
		{`throttle`, true}, {`error`, false}, {`fault`, true}, {`ok`, false},
		{`service("a") { throttle fault !error !ok }`, true},
		{`edge() { throttle fault !error !ok }`, true},
	})
	open := assemble(t, own, `{`+inTrace+`"id":"0000000000000001","name":"a","start_time":1758654700,"in_progress":true,"fault":true,"http":{"request":{"method":"GET"}}}`)
	ask(t, open, env, []question{
		{`fault`, false}, {`ok`, false}, {`ok = false`, true}, {`responsetime`, false}, {`duration`, false}, {`http.method = "GET"`, true},
		{`service("a") { fault }`, false}, {`service("a") { ok }`, false}, {`service("a") { responsetime }`, false}, {`service("a") { duration }`, false},
		{`edge() { http.method = "GET" }`, true}, {`edge() { duration }`, false}, {`partial`, true},
	})
	lost := assemble(t, own, `{`+inTrace+whole+`"type":"subsegment","parent_id":"00000000000000aa","id":"0000000000000001","name":"a","error":true}`)
	ask(t, lost, env, []question{{`error`, false}, {`ok`, false}, {`responsetime`, false}, {`http.url`, false}, {`!http.url`, true}, {`service()`, false}, {`edge()`, false},
		{`duration = 1`, true}})
}

// calls is a web server that calls a reporting service, another account's bucket and, in late work of its own, nothing.
const (
	caller = `{` + inTrace + whole + `"id":"0000000000000001","name":"web","user":"u1","annotations":{"k":1,"s":"x"},
		"aws":{"account_id":"111122223333","ecs":{"availability_zone":"z1"}},"subsegments":[
		{"id":"0000000000000002","name":"call","start_time":1758654700.25,"end_time":1758654700.75,"namespace":"remote","error":true,"annotations":{"c":true}},
		{"id":"0000000000000003","name":"S3","start_time":1758654700.25,"end_time":1758654700.5,"namespace":"aws","annotations":{"i":"x"},
		 "aws":{"operation":"GetObject","bucket_name":"b","region":"eu-west-1","account_id":"444455556666"}},
		{"id":"0000000000000004","name":"late","start_time":1758654700.5,"end_time":1758654703,"annotations":{"s":"y"}}]}`
	callee = `{` + inTrace + whole + `"id":"0000000000000005","parent_id":"0000000000000002","name":"api","user":"u2","annotations":{"k":2},
		"aws":{"account_id":"777788889999"}}`
	direct = `{` + inTrace + whole + `"id":"0000000000000006","parent_id":"0000000000000005","name":"db","fault":true,"annotations":{"d":1}}`
)

func TestNodesAndEdges(t *testing.T) {
	docs := []string{caller, callee, direct}
	askNodesAndEdges(t, assemble(t, own, docs...))
	for i := range 100 { // segments that hang nowhere
		docs = append(docs, fmt.Sprintf(`{%s%s"id":"00000000000001%02x","parent_id":"00000000000000ff","name":"x"}`, inTrace, whole, i))
	}
	askNodesAndEdges(t, assemble(t, own, docs...))
}

func askNodesAndEdges(t *testing.T, tr *trace.Trace) {
	t.Helper()
	ask(t, tr, groupsOf(t, own, nil), []question{
		{`service(id(type: "client"))`, true}, {`service(id(type: "client", name: "web"))`, true}, {`service(id(type: "client")) {}`, true},
		{`service(id(type: "client")) { ok }`, false}, {`service(id(type: "client")) { !ok }`, false}, {`service(id(type: "client", name: "api"))`, false},
		{`service(id(name: "web", account.id: "111122223333"))`, true}, {`service(id(name: "api", account.id: "111122223333"))`, false},
		{`service(id(name: "api", account.id: "777788889999"))`, true},
		{`service(id(name: "b", type: "AWS::S3::Bucket", account.id: "444455556666")) { inferred ok }`, true},
		{`service("S3")`, false}, {`service("call")`, false}, {`service("late")`, false},
		{`service("web") { root }`, true}, {`service("api") { root }`, false}, {`service("b") { root }`, false},
		{`service("web") { responsetime = 1 duration = 3 }`, true}, {`service("b") { responsetime = 0.25 duration = 0.25 }`, true},
		{`service("web") { user = "u1" availabilityzone = "z1" }`, true}, {`service("api") { user = "u1" }`, false},
		{`service("web") { annotation.s = "y" annotation.i = "x" annotation.c }`, true}, {`service("api") { annotation.c }`, false},
		{`service("b") { annotation.i }`, false}, // what is noted on the call is the caller's
		{`service() { name = "api" fault }`, false}, {`service() { type = "AWS::S3::Bucket" }`, true}, {`service("web") { type }`, false},
		{`service("web") { annotation.k = 2 }`, false},

		{`edge("web", "api") { error responsetime = 0.5 duration = 0.5 }`, true}, {`edge("web", "api") { user = "u1" }`, true},
		{`edge("web", "api") { user = "u2" }`, false}, {`edge("web", "api") { annotation.c }`, true}, {`edge("web", "api") { annotation.k }`, false},
		{`edge("web", "api") { source.annotation.k = 1 destination.annotation.k = 2 }`, true},
		{`edge("web", "api") { source.annotation.s = "y" }`, true}, {`edge("web", "api") { destination.annotation.c }`, false},
		{`edge("web", "b") { annotation.i = "x" source.annotation.i = "x" !destination.annotation.i }`, true},
		{`edge("api", "db") { fault annotation.d = 1 }`, true}, // a segment that names a segment is its own call
		{`edge(id(type: "client"), "web") { ok annotation.k = 1 !source.annotation.k !user destination.annotation.s = "y" }`, true},
		{`edge("api", "web")`, false}, {`edge("web", "db")`, false}, {`edge("web", "late")`, false}, {`edge(id(account.id: "111122223333"), id(account.id: "777788889999"))`, true},
	})
}

func TestValues(t *testing.T) {
	ask(t, assemble(t, own, caller, callee, direct), groupsOf(t, own, nil), []question{
		{`user != "u1"`, true}, {`user != "u1" user = "u1"`, true}, {`user = ""`, false}, {`user CONTAINS ""`, true}, {`instance.id CONTAINS ""`, false},
		{`instance.id != "x"`, false}, {`!instance.id`, true}, {`http.status != 1`, false},
		{`annotation.s = "y"`, true}, {`annotation.s != "y"`, true}, {`annotation.s > 1`, false}, {`annotation.k = "1"`, false}, {`annotation.k <= 1`, true},
		{`annotation.c`, true}, {`annotation.c = true`, true}, {`annotation.c != false`, true}, {`annotation.c = false`, false}, {`annotation.c = "true"`, false},
		{`annotation.none != 1`, false}, {`annotation.k != "x"`, false}, {`availabilityzone = "z1"`, true},
		{`duration = 3`, true}, {`responsetime = 1`, true}, {`inferred`, true},
	})
}

// What folding makes the same is found by one text; what it leaves out is found by its parts.
func TestFoldedTexts(t *testing.T) {
	order := func(id, parent, n string) string {
		return `{` + inTrace + whole + `"id":"` + id + `",` + parent + `"name":"orders","http":{"request":{"url":"https://shop.example.com/orders/` + n + `/lines?x=1"}},
			"subsegments":[{"id":"1` + id[1:] + `","name":"db","start_time":1758654700,"end_time":1758654700.5,"namespace":"remote","fault":true,
			"http":{"request":{"url":"http://db"}},"cause":{"exceptions":[{"id":"00000000000000ff","type":"Timeout","message":"no answer for '` + n + `' in 30ms"}]}}]}`
	}
	docs := []string{order("0000000000000001", "", "4711"), order("0000000000000002", `"parent_id":"0000000000000001",`, "4712")}
	questions := []question{
		{`url.template = "/orders/{id}/lines"`, true}, {`url.template = "/orders/4711/lines"`, false}, {`url.template != "/orders/{id}/lines"`, false},
		{`url.template CONTAINS "4711"`, false}, {`url.template CONTAINS "{id}"`, true}, {`url.template BEGINSWITH "/orders/" url.template ENDSWITH "/lines"`, true},
		{`url.template`, true}, {`url.template ENDSWITH "x=1"`, false}, {`url.template = "/"`, false},
		{`edge("orders", "db") { url.template = "/" }`, true}, {`service("db") { url.template = "/" inferred }`, true},
		{`exception`, true}, {`!exception`, false}, {`exception = "Timeout: no answer for '{text}' in {n}ms"`, true},
		{`exception = "Timeout: no answer for '4711' in 30ms"`, false}, {`exception != "Timeout: no answer for '4711' in 30ms"`, true},
		{`exception != "Timeout: no answer for '{text}' in {n}ms"`, false},
		{`exception CONTAINS "'4711'"`, true}, {`exception CONTAINS "{n}ms"`, true}, {`exception BEGINSWITH "Timeout: no answer for '47"`, true},
		{`exception ENDSWITH "in 30ms"`, true}, {`exception CONTAINS "4713"`, false},
		{`service("orders") { root exception CONTAINS "4711" }`, true}, {`service("orders") { root exception CONTAINS "4712" }`, false},
		{`service("db") { exception }`, false}, {`edge("orders", "db") { exception BEGINSWITH "Timeout" }`, true}, {`edge("orders", "orders") { exception }`, false},
	}
	ask(t, assemble(t, own, docs...), groupsOf(t, own, nil), questions)
	for i := range 100 { // of a large trace the segments with an exception are noted
		docs = append(docs, fmt.Sprintf(`{%s%s"id":"00000000000001%02x","parent_id":"00000000000000fe","name":"x"}`, inTrace, whole, i))
	}
	ask(t, assemble(t, own, docs...), groupsOf(t, own, nil), questions)
}

func TestTwoRoots(t *testing.T) {
	tr := assemble(t, own, `{`+inTrace+whole+`"id":"0000000000000001","name":"a"}`,
		`{`+inTrace+`"start_time":1758654700.5,"end_time":1758654701,"id":"0000000000000002","name":"b","fault":true}`)
	ask(t, tr, groupsOf(t, own, nil), []question{
		{`ok`, true}, {`fault`, false}, // the earlier one is the root of the trace
		{`service("a") { root }`, true}, {`service("b") { root }`, true}, // each is one of the map
		{`edge(id(type: "client"), "b") { fault }`, true},
	})
}

func TestGroupsInExpressions(t *testing.T) {
	env := groupsOf(t, own, map[string]string{
		"web": `service("web")`, "not": `!group.name = "web"`, "loop": `ok OR group.name = "loop"`, "x": `group.name = "y"`, "y": `group.name != "x"`,
		"arn:aws:xray:us-east-1:111122223333:group/g/ABC": `ok`,
	})
	tr := assemble(t, own, caller)
	ask(t, tr, env, []question{
		{`group.name = "web"`, true}, {`group.name != "web"`, false}, {`group.name = "not"`, false}, {`group.name != "not"`, true},
		{`group.name = "Default"`, true}, {`group.name != "Default"`, false}, {`group.name = "web" group.name = "web" !group.name != "web"`, true},
		{`group.arn = "arn:aws:xray:us-east-1:111122223333:group/g/ABC"`, true},
		{`group.name = "none"`, false}, {`group.name != "none"`, false}, {`!group.name = "none"`, true},
		{`group.name = "loop"`, true}, {`group.name = "x"`, false}, // the comparison that closes a circle is false
		{`service("web") AND group.name = "web"`, true},
	})
	ask(t, tr, new(filter.Env), []question{{`group.name = "web"`, false}, {`group.name != "web"`, false}})
	ask(t, tr, groupsOf(t, own, map[string]string{"a": `group.name = "b" group.name = "c" group.name = "d" group.name = "e"`, "b": "ok", "c": "ok",
		"d": `group.name = "b" group.name = "e" group.name = "f"`, "e": `group.name = "g"`, "f": `!group.name != "e"`, "g": "!fault"}), []question{
		{`group.name = "a"`, true}, {`group.name = "g" group.name = "f" !group.name != "a"`, true}, {`group.name = "a" group.name != "g"`, false},
	})
	if !filter.All().Match(tr, env) {
		t.Error("everything does not match")
	}
}

// failing is a front end that fails because of a back end's second exception, and takes most of its time in it.
var failing = []string{
	`{` + inTrace + whole + `"id":"0000000000000001","name":"front","origin":"O","fault":true,"aws":{"account_id":"444455556666"},"subsegments":[
	 {"id":"0000000000000002","name":"step","start_time":1758654700,"end_time":1758654700.9,"fault":true,"subsegments":[
	  {"id":"0000000000000003","name":"back","start_time":1758654700.1,"end_time":1758654700.85,"fault":true,"namespace":"remote"}]}]}`,
	`{` + inTrace + `"start_time":1758654700.2,"end_time":1758654700.8,"id":"0000000000000004","parent_id":"0000000000000003","name":"back","fault":true,
	 "cause":{"exceptions":[{"id":"00000000000000a1","type":"Outer","message":"m1"},{"id":"00000000000000a2","type":"Inner","message":"m2"}]}}`,
}

func TestRootCauses(t *testing.T) {
	ask(t, assemble(t, own, failing...), groupsOf(t, own, nil), []question{
		{`rootcause.fault.service { first name = "front" type = "O" !inferred index = 0 }`, true},
		{`rootcause.fault.service { last name = "back" index = 1 !type }`, true},
		{`rootcause.fault.service { index >= 2 }`, false}, {`rootcause.error.service { first }`, false},
		{`rootcause.fault.entity { index = 2 name = "back" remote }`, true}, {`rootcause.fault.entity { index = 3 last name = "back" !remote }`, true},
		{`rootcause.fault.entity { first !last name = "front" }`, true},
		{`rootcause.fault.exception { first name = "Outer" message = "m1" }`, true}, {`rootcause.fault.exception { last index = 1 name = "Inner" }`, true},
		{`rootcause.fault.exception { name = "Inner" message = "m1" }`, false},
		{`rootcause.responsetime.entity { name = "step" coverage > 0.89 coverage < 0.91 }`, true}, {`rootcause.responsetime.entity { first coverage = 1 }`, true},
		{`rootcause.responsetime.service { name = "back" }`, true},
		{`rootcause.fault.service { last } !rootcause.fault.service { name = "x" }`, true},
	})
}

func TestPatterns(t *testing.T) {
	ask(t, assemble(t, own, failing...), groupsOf(t, own, nil), []question{
		{`rootcause.json = #[]`, true}, {`rootcause.json != #[]`, false}, {`rootcause.json = #[{}]`, true},
		{`rootcause.json = #[{"Services":[{"Name":"front"},{"Name":"back"}],"ClientImpacting":true}]`, true},
		{`rootcause.json = #[{"Services":[{"Name":"back"},{"Name":"front"}]}]`, false}, // in order
		{`rootcause.json = #[{"Services":[{"Name":"front"},{"Name":"front"}]}]`, false},
		{`rootcause.json = #[{"ClientImpacting":false}]`, false},
		{`rootcause.json = #[{"Services":[{"Name":"Front"}]}]`, false}, {`rootcause.json != #[{"Services":[{"Name":"Front"}]}]`, true},
		{`rootcause.json = #[{"Services":[{"Names":["back"],"Type":null,"AccountId":null,"Inferred":false}]}]`, true},
		{`rootcause.json = #[{"Services":[{"Names":["back"],"AccountId":"111122223333"}]}]`, true},
		{`rootcause.json = #[{"Services":[{"Name":"front","AccountId":"444455556666"}]}]`, true},
		{`rootcause.json = #[{"Services":[{"Name":"front","AccountId":"111122223333"}]}]`, false},
		{`rootcause.json = #[{"Services":[{"Name":"front","AccountId":null}]}]`, false},
		{`rootcause.json = #[{"Services":[{"Name":"front","Names":["front","x"]}]}]`, false},
		{`rootcause.json = #[{"Services":[{"Type":"O"},{"Inferred":true}]}]`, false},
		{`rootcause.json = #[{"Services":[{"EntityPath":[{"Name":"front"},{"Name":"back","Remote":true}]}]}]`, true},
		{`rootcause.json = #[{"Services":[{"EntityPath":[{"Name":"back","Exceptions":[{"Name":"Inner","Message":"m2"}]}]}]}]`, true},
		{`rootcause.json = #[{"Services":[{"EntityPath":[{"Exceptions":[{"Name":"Inner"},{"Name":"Outer"}]}]}]}]`, false},
		{`rootcause.json = #[{"Services":[{"EntityPath":[{"Name":"front","Coverage":1.0}]}]}]`, true},
		{`rootcause.json = #[{"Services":[{"EntityPath":[{"Name":"front","Coverage":0}]}]}]`, false}, // causes of faults have none
		{`rootcause.json = #[{"Services":[{"Name":"front"}]},{"Services":[{"Name":"none"}]}]`, false},
		{`rootcause.json = #[{"Services":[{"Name":"front"}]},{"Services":[{"Name":"back"}]}]`, true},
	})
}
