package awsv2

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"strings"
	"sync"
	"unicode"
)

//go:embed parameters.json
var builtInList []byte

// builtIn is the list that comes with this package.
var builtIn = sync.OnceValue(func() *Parameters {
	p, err := ParseParameters(builtInList)
	if err != nil {
		panic(err) // a bug: a test reads the file
	}
	return p
})

// everyOperation stands for the operations of a service that a list does not name.
const everyOperation = "*"

// Parameters says which members of the input and the output of operations are recorded.
type Parameters struct {
	services map[string]map[string]lists // by serviceKey, by operation
	plans    sync.Map                    // of []member by reflect.Type: the types of inputs and outputs, each of which is of one operation
}

// lists are the members of one operation.
type lists [2][]wanted // by direction

// A direction is where a member is.
type direction int

const (
	request direction = iota
	response
)

// wanted is a member to record.
type wanted struct {
	name string // of the member
	key  string // in the subsegment
	part part
}

// A part is what of a member is recorded.
type part int

const (
	whole part = iota
	keys       // of a map
	count      // of a list or a map
)

// ParseParameters reads a list of parameters, in the form of the X-Ray SDKs' whitelists:
//
//	{"services": {
//		"DynamoDB": {"operations": {
//			"GetItem": {
//				"request_parameters": ["TableName"],
//				"response_parameters": ["ConsumedCapacity"]
//			},
//			"BatchGetItem": {
//				"request_descriptors": {"RequestItems": {"map": true, "get_keys": true, "rename_to": "table_names"}}
//			}
//		}}
//	}}
//
// A service has its ServiceID as name, in any case and with or without spaces, or the name that AWS SDK for Go v1 has for it. The
// operation "*", which those whitelists lack, is every operation that is not named. Members are recorded in snake case; a
// descriptor records one under another name, or only the keys of a map (get_keys), or only how many there are (get_count).
func ParseParameters(list []byte) (*Parameters, error) {
	var file struct {
		Services map[string]struct {
			Operations map[string]operationList `json:"operations"`
		} `json:"services"`
	}
	d := json.NewDecoder(bytes.NewReader(list))
	d.DisallowUnknownFields() // a slip would otherwise record nothing, without a word
	if err := d.Decode(&file); err != nil {
		return nil, fmt.Errorf("list of parameters: %w", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("list of parameters: there is more after the end of the object: make one object of it")
	}
	if len(file.Services) == 0 {
		return nil, fmt.Errorf(`list of parameters: the member "services" is missing or empty: name a service, as in {"services":{"DynamoDB":{...}}}`)
	}
	p := &Parameters{services: map[string]map[string]lists{}}
	for service, s := range file.Services {
		operations := map[string]lists{}
		for operation, o := range s.Operations {
			l, err := o.lists()
			if err != nil {
				return nil, fmt.Errorf("list of parameters: service %q, operation %q: %w", service, operation, err)
			}
			operations[operation] = l
		}
		p.services[serviceKey(service)] = operations
	}
	return p, nil
}

// operationList is an operation in a file.
type operationList struct {
	RequestParameters   []string              `json:"request_parameters"`
	ResponseParameters  []string              `json:"response_parameters"`
	RequestDescriptors  map[string]descriptor `json:"request_descriptors"`
	ResponseDescriptors map[string]descriptor `json:"response_descriptors"`
}

// A descriptor is how a member is recorded. Map, List and Value are there for the files of other SDKs: the member itself tells.
type descriptor struct {
	Map      bool   `json:"map"`
	List     bool   `json:"list"`
	Value    bool   `json:"value"`
	GetKeys  bool   `json:"get_keys"`
	GetCount bool   `json:"get_count"`
	RenameTo string `json:"rename_to"`
}

func (o operationList) lists() (l lists, err error) {
	if l[request], err = members(o.RequestParameters, o.RequestDescriptors); err != nil {
		return l, err
	}
	l[response], err = members(o.ResponseParameters, o.ResponseDescriptors)
	return l, err
}

func members(names []string, descriptors map[string]descriptor) (list []wanted, err error) {
	for _, n := range names {
		list = append(list, wanted{name: n, key: snake(n)})
	}
	for n, d := range descriptors {
		w := wanted{name: n, key: d.RenameTo}
		if w.key == "" {
			w.key = snake(n)
		}
		switch {
		case d.GetKeys && d.GetCount:
			return nil, fmt.Errorf("member %q has both get_keys and get_count: take one of them", n)
		case d.GetKeys:
			w.part = keys
		case d.GetCount:
			w.part = count
		}
		list = append(list, w)
	}
	return list, nil
}

// with returns p with the operations of q over its own.
func (p *Parameters) with(q *Parameters) *Parameters {
	if q == nil {
		return p
	}
	both := &Parameters{services: maps.Clone(p.services)}
	for service, operations := range q.services {
		merged := maps.Clone(both.services[service])
		if merged == nil {
			merged = map[string]lists{}
		}
		maps.Copy(merged, operations)
		both.services[service] = merged
	}
	return both
}

// of returns what is to be recorded of an operation.
func (p *Parameters) of(service, operation string, d direction) []wanted {
	operations := p.services[serviceKey(service)]
	l, ok := operations[operation]
	if !ok {
		l = operations[everyOperation]
	}
	return l[d]
}

// olderNames are services that AWS SDK for Go v1 has under names that are not nearly their ServiceID.
var olderNames = map[string]string{
	"runtimesagemaker": "sagemakerruntime", "states": "sfn", "events": "eventbridge", "monitoring": "cloudwatch", "logs": "cloudwatchlogs",
}

// serviceKey is a service's name without what writers of lists differ in.
func serviceKey(name string) string {
	key := strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, name)
	if id, ok := olderNames[key]; ok {
		return id
	}
	return key
}

// snake is the name of a member as X-Ray's SDKs for Python and Node.js write it: QueueOwnerAWSAccountId is queue_owner_aws_account_id.
func snake(name string) string {
	var b strings.Builder
	letters := []rune(name)
	for i, r := range letters {
		if unicode.IsUpper(r) && i > 0 && letters[i-1] != '_' {
			begins := i+1 < len(letters) && unicode.IsLower(letters[i+1]) // a word after an acronym
			if !unicode.IsUpper(letters[i-1]) || begins {
				b.WriteByte('_')
			}
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}
