package segment

import "strings"

// aws is what is read of an aws block.
type aws struct {
	account, region                       string
	operation                             string
	table, bucket, queue, topic, function string // the resource of a call, by service
	instance, ec2Zone, ecsZone            string
	rule                                  string
}

func (p *parser) aws(a *aws) {
	*a = aws{}
	for key := p.object(); key != nil; key = p.NextKey() {
		switch string(key) {
		case "operation":
			a.operation = p.string()
		case "account_id":
			a.account = p.string()
		case "region":
			a.region = p.string()
		case "table_name":
			a.table = p.string()
		case "bucket_name", "bucket":
			a.bucket = p.string()
		case "queue_url":
			a.queue = p.string()
		case "topic_arn":
			a.topic = p.string()
		case "function_name":
			a.function = p.string()
		case "ec2":
			p.ec2(a)
		case "ecs":
			p.ecs(a)
		case "xray":
			p.xray(a)
		default:
			p.Skip()
		}
	}
}

func (p *parser) ec2(a *aws) {
	a.instance, a.ec2Zone = "", ""
	for key := p.object(); key != nil; key = p.NextKey() {
		switch string(key) {
		case "instance_id":
			a.instance = p.string()
		case "availability_zone":
			a.ec2Zone = p.string()
		default:
			p.Skip()
		}
	}
}

func (p *parser) ecs(a *aws) {
	a.ecsZone = ""
	for key := p.object(); key != nil; key = p.NextKey() {
		if string(key) == "availability_zone" {
			a.ecsZone = p.string()
		} else {
			p.Skip()
		}
	}
}

// xray reads the name of the sampling rule: Go, Python and .NET write the longer key, Java and Node the shorter.
func (p *parser) xray(a *aws) {
	a.rule = ""
	for key := p.object(); key != nil; key = p.NextKey() {
		switch string(key) {
		case "sampling_rule_name", "rule_name":
			a.rule = p.string()
		default:
			p.Skip()
		}
	}
}

// resource is the type and the name of what a call by a subsegment of this name was made to; both are empty if the block
// tells no more than the service.
func (a *aws) resource(name string) (kind, resource string) {
	if a.operation == "" {
		return "", ""
	}
	switch is := serviceOf(name).is; {
	case is("DynamoDB"), is("DynamoDBv2"):
		kind, resource = "AWS::DynamoDB::Table", a.table
	case is("S3"):
		kind, resource = "AWS::S3::Bucket", a.bucket
	case is("SQS"):
		kind, resource = "AWS::SQS::Queue", a.queue
	case is("SNS"):
		kind, resource = "AWS::SNS", a.topic
	case is("Lambda"):
		kind, resource = "AWS::Lambda", a.function
	}
	if resource == "" {
		return "", ""
	}
	return kind, resource
}

// A service is the name that an SDK gives to its calls of an AWS service, without the owner: S3 is also written
// "Amazon S3". Its case means nothing: DynamoDB is also written "dynamodb" and "DynamoDb".
type service string

func serviceOf(name string) service {
	for _, owner := range [...]string{"Amazon", "AWS"} {
		if rest, ok := strings.CutPrefix(name, owner); ok {
			return service(strings.TrimPrefix(rest, " "))
		}
	}
	return service(name)
}

func (s service) is(name string) bool { return strings.EqualFold(string(s), name) }
