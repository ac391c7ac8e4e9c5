package synthetic

import "fmt"

// The services, in the order of the fleet.
type serviceID uint8

const (
	web serviceID = iota
	api
	users
	inventory
	orders
	payments
	worker
	notifications
	services // how many there are
)

// A service is what its segments say of it whatever the request is.
type service struct {
	name, origin    string
	version         string
	runtime         string // name and version, as members of the service block
	sdk, sdkVersion string
	agent           string // what its HTTP client calls itself, as a member of the callee's request
	rule            string // member of the xray block that holds the sampling rule's name: SDKs differ
	streams         float64
	instances       int
}

// streams is the share of requests whose subsegments a service sends as documents of their own: OpenTelemetry's exporter
// and SDKs that stream do so. No service does it always here, so that both forms of each are seen.
var fleet = [services]service{
	web: {name: "web", origin: "AWS::EC2::Instance", version: "3.9.0", runtime: `"runtime":"node","runtime_version":"22.11.0","name":"shop-web"`,
		sdk: "X-Ray for Node.js", sdkVersion: "3.12.0", agent: `"user_agent":"node"`, rule: "rule_name", streams: 0.02, instances: 3},
	api: {name: "api", origin: "AWS::ECS::Fargate", version: "12.1.3", runtime: `"runtime":"gc","runtime_version":"go1.26.0","compiler":"gc","compiler_version":"go1.26.0"`,
		sdk: "opentelemetry for go", sdkVersion: "1.38.0", agent: `"user_agent":"Go-http-client/1.1"`, rule: "sampling_rule_name", streams: 0.1, instances: 3},
	users: {name: "users", origin: "AWS::ElasticBeanstalk::Environment", version: "1.22.0", runtime: `"runtime":"CPython","runtime_version":"3.13.1"`,
		sdk: "X-Ray for Python", sdkVersion: "2.15.0", agent: `"user_agent":"python-requests/2.32.3"`, rule: "sampling_rule_name", streams: 0.05, instances: 2},
	inventory: {name: "inventory", origin: "AWS::ECS::Container", version: "2.4.0", runtime: `"runtime":"OpenJDK 64-Bit Server VM","runtime_version":"21.0.5"`,
		sdk: "X-Ray for Java", sdkVersion: "2.21.0", agent: `"user_agent":"Apache-HttpClient/5.4 (Java/21.0.5)"`, rule: "rule_name", streams: 0.02, instances: 2},
	orders: {name: "orders", origin: "AWS::ECS::Fargate", version: "7.3.0", runtime: `"runtime":"gc","runtime_version":"go1.26.0","compiler":"gc","compiler_version":"go1.26.0"`,
		sdk: "X-Ray for Go", sdkVersion: "2.0.3", agent: `"user_agent":"Go-http-client/1.1"`, rule: "sampling_rule_name", streams: 0.2, instances: 2},
	payments: {name: "payments", origin: "AWS::ECS::Fargate", version: "4.0.7", runtime: `"runtime":".NET Core Framework","runtime_version":"9.0.0"`,
		sdk: "X-Ray for .NET Core", sdkVersion: "2.16.0", agent: `"user_agent":"payments/4.0.7"`, rule: "sampling_rule_name", streams: 0.02, instances: 2},
	worker: {name: "order-worker", origin: "AWS::ECS::Container", version: "7.3.0", runtime: `"runtime":"CPython","runtime_version":"3.13.1"`,
		sdk: "X-Ray for Python", sdkVersion: "2.15.0", agent: `"user_agent":"python-httpx/0.28.1"`, rule: "sampling_rule_name", streams: 0.05, instances: 2},
	notifications: {name: "notifications", origin: "AWS::ElasticBeanstalk::Environment", version: "0.9.14", runtime: `"runtime":"ruby","runtime_version":"3.3.6"`,
		sdk: "aws-xray-sdk for Ruby", sdkVersion: "0.16.0", agent: `"user_agent":"Ruby"`, rule: "sampling_rule_name", streams: 0.02, instances: 1},
}

// badVersion is the release of inventory that fails on products without a price.
const badVersion = "2.4.1"

const (
	region  = "us-east-1"
	account = "111122223333"
)

var zones = [...]string{"us-east-1a", "us-east-1b", "us-east-1c"}

// identity is the members that every segment of one instance of a service carries, rendered once.
func (s *service) identity(instance int, version string) string {
	t := text{'{'}
	t.lit("name", s.name)
	t.lit("origin", s.origin)
	if s.origin == "AWS::ECS::Fargate" {
		t.lit("resource_arn", s.taskARN(instance))
	}
	t.object("service")
	t.lit("version", version)
	t.raw(s.runtime)
	t.end()
	t.object("aws")
	s.host(&t, instance)
	t.object("xray")
	t.lit("sdk", s.sdk)
	t.lit("sdk_version", s.sdkVersion)
	t.lit(s.rule, "Default")
	t.end()
	t.end()
	return string(t[1:])
}

// host appends where an instance runs.
func (s *service) host(t *text, instance int) {
	zone := zones[instance%len(zones)]
	switch s.origin {
	case "AWS::EC2::Instance":
		t.object("ec2")
		t.lit("instance_id", fmt.Sprintf("i-0a1b2c3d4e5f%04x", 0x60a0+instance))
		t.lit("availability_zone", zone)
		t.lit("instance_size", "m7g.large")
		t.lit("ami_id", "ami-0f00ba4c0ffee1234")
	case "AWS::ElasticBeanstalk::Environment":
		t.object("elastic_beanstalk")
		t.lit("environment_name", s.name+"-production")
		t.lit("version_label", s.name+"-"+s.version)
		t.int("deployment_id", 117+instance)
	default:
		t.object("ecs")
		t.lit("container", fmt.Sprintf("ip-10-0-%d-%d.ec2.internal", 10+instance, 20+len(s.name)))
		t.lit("task_arn", s.taskARN(instance))
		t.lit("task_family", s.name)
		t.lit("cluster_arn", "arn:aws:ecs:"+region+":"+account+":cluster/shop")
		t.lit("availability_zone", zone)
		if s.origin == "AWS::ECS::Fargate" {
			t.lit("launch_type", "FARGATE")
		}
	}
	t.end()
}

func (s *service) taskARN(instance int) string {
	return fmt.Sprintf("arn:aws:ecs:%s:%s:task/shop/%s%024x", region, account, "5ad10c9d", len(s.name)<<8|instance)
}
