export const snippetTabs = ['python', 'node', 'go', 'java', 'curl', 'cli'] as const;
export type SnippetTab = (typeof snippetTabs)[number];

/** Addresses as a client on this network reaches them. */
export interface Addresses {
  /** Base URL of the API, without a slash at the end. */
  endpoint: string;
  /** host:port of the daemon listener; null when the server runs without one. */
  daemon: string | null;
  region: string;
}

export interface Snippet {
  title: string;
  /** One thing to do after the other. */
  steps: { say: string; code: string }[];
  /** True when it needs the daemon listener. */
  needsDaemon: boolean;
}

/** The AWS daemon's own default, named when this server's listener is off. */
const usualDaemon = '127.0.0.1:2000';

/** reachable replaces an address that means "every interface" by the host the browser came through. */
export const reachable = (address: string, host: string): string | null => {
  const split = /^(.*):(\d+)$/.exec(address);
  if (split === null) return null;
  const [, name = '', port = ''] = split;
  return ['', '0.0.0.0', '[::]', '::'].includes(name) ? `${host}:${port}` : `${name}:${port}`;
};

const python = (daemon: string): Snippet => ({
  title: 'Python',
  needsDaemon: true,
  steps: [
    { say: 'Install the X-Ray SDK.', code: 'pip install aws-xray-sdk' },
    {
      say: 'Save as hello.py.',
      code: `from aws_xray_sdk.core import xray_recorder

xray_recorder.configure(service="hello-python")

with xray_recorder.in_segment("hello-python") as segment:
    segment.put_annotation("greeting", "hello")
    with xray_recorder.in_subsegment("say hello"):
        print("hello, trace", segment.trace_id)`,
    },
    { say: 'Run it with the address of this server.', code: `AWS_XRAY_DAEMON_ADDRESS=${daemon} python hello.py` },
  ],
});

const node = (daemon: string): Snippet => ({
  title: 'Node.js',
  needsDaemon: true,
  steps: [
    { say: 'Install the X-Ray SDK.', code: 'npm install aws-xray-sdk-core' },
    {
      say: 'Save as hello.cjs.',
      code: `const AWSXRay = require('aws-xray-sdk-core');

const segment = new AWSXRay.Segment('hello-node');
segment.addAnnotation('greeting', 'hello');
const work = segment.addNewSubsegment('say hello');
console.log('hello, trace', segment.trace_id);
work.close();
segment.close();`,
    },
    { say: 'Run it with the address of this server.', code: `AWS_XRAY_DAEMON_ADDRESS=${daemon} node hello.cjs` },
  ],
});

const go = (daemon: string): Snippet => ({
  title: 'Go',
  needsDaemon: true,
  steps: [
    { say: 'Make a module with the X-Ray SDK.', code: 'mkdir hello && cd hello\ngo mod init hello\ngo get github.com/aws/aws-xray-sdk-go/v2/xray' },
    {
      say: 'Save as main.go.',
      code: `package main

import (
	"context"
	"fmt"

	"github.com/aws/aws-xray-sdk-go/v2/xray"
)

func main() {
	ctx, segment := xray.BeginSegment(context.Background(), "hello-go")
	err := xray.Capture(ctx, "say hello", func(ctx context.Context) error {
		fmt.Println("hello, trace", xray.TraceID(ctx))
		return xray.AddAnnotation(ctx, "greeting", "hello")
	})
	segment.Close(err)
}`,
    },
    { say: 'Run it with the address of this server.', code: `go mod tidy\nAWS_XRAY_DAEMON_ADDRESS=${daemon} go run .` },
  ],
});

const java = (daemon: string): Snippet => ({
  title: 'Java',
  needsDaemon: true,
  steps: [
    {
      say: 'Add the X-Ray SDK to pom.xml.',
      code: `<dependency>
  <groupId>com.amazonaws</groupId>
  <artifactId>aws-xray-recorder-sdk-core</artifactId>
  <version>2.21.0</version>
</dependency>`,
    },
    {
      say: 'Save as src/main/java/Hello.java.',
      code: `import com.amazonaws.xray.AWSXRay;

public class Hello {
  public static void main(String[] args) {
    AWSXRay.beginSegment("hello-java");
    AWSXRay.createSubsegment("say hello", subsegment -> {
      subsegment.putAnnotation("greeting", "hello");
      System.out.println("hello, trace " + subsegment.getTraceId());
    });
    AWSXRay.endSegment();
  }
}`,
    },
    {
      say: 'Run it with the address of this server.',
      code: `AWS_XRAY_DAEMON_ADDRESS=${daemon} mvn -q compile exec:java -Dexec.mainClass=Hello`,
    },
  ],
});

/** The ids a document needs, made with what every Unix shell has. The trace id begins with the present second. */
const shellIds = `NOW=$(date +%s)
hex() { od -An -N"$1" -tx1 /dev/urandom | tr -d ' \\n'; }
TRACE_ID=$(printf '1-%08x-%s' "$NOW" "$(hex 12)")
DOC=$(printf '{"trace_id":"%s","id":"%s","name":"NAME","start_time":%s.1,"end_time":%s.4}' \\
  "$TRACE_ID" "$(hex 8)" "$NOW" "$NOW")`;

const curl = (endpoint: string): Snippet => ({
  title: 'curl',
  needsDaemon: false,
  steps: [
    {
      say: 'Paste into a shell. The document goes into the request as a string, so its quotes are escaped.',
      code: `${shellIds.replace('NAME', 'hello-curl')}
curl -sS -X POST ${endpoint}/TraceSegments \\
  -H 'Content-Type: application/json' \\
  -d "{\\"TraceSegmentDocuments\\":[\\"$(printf '%s' "$DOC" | sed 's/"/\\\\"/g')\\"]}"`,
    },
  ],
});

const cli = ({ endpoint, region }: Addresses): Snippet => ({
  title: 'AWS CLI',
  needsDaemon: false,
  steps: [
    {
      say: 'Paste into a shell. This server does not check who calls, but the CLI wants some keys to sign with.',
      code: `${shellIds.replace('NAME', 'hello-cli')}
AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any aws xray put-trace-segments \\
  --endpoint-url ${endpoint} --region ${region} \\
  --trace-segment-documents "$DOC"`,
    },
  ],
});

/** snippetsFor gives programs that send one trace to this server and run as they are. */
export const snippetsFor = (addresses: Addresses): Record<SnippetTab, Snippet> => {
  const daemon = addresses.daemon ?? usualDaemon;
  return {
    python: python(daemon),
    node: node(daemon),
    go: go(daemon),
    java: java(daemon),
    curl: curl(addresses.endpoint),
    cli: cli(addresses),
  };
};
