export const nodeKinds = ['client', 'service', 'function', 'container', 'instance', 'database', 'table', 'queue', 'topic', 'bucket', 'gateway', 'remote', 'cloud'] as const;
export type NodeKind = (typeof nodeKinds)[number];

interface TypeWords {
  kind: NodeKind;
  words: string;
}

const known: Record<string, TypeWords> = {
  client: { kind: 'client', words: 'People and programs' },
  remote: { kind: 'remote', words: 'Outside service' },
  'Database::SQL': { kind: 'database', words: 'SQL database' },
  'AWS::EC2::Instance': { kind: 'instance', words: 'EC2 instance' },
  'AWS::ECS::Container': { kind: 'container', words: 'ECS container' },
  'AWS::ECS::EC2': { kind: 'container', words: 'ECS on EC2' },
  'AWS::ECS::Fargate': { kind: 'container', words: 'ECS Fargate' },
  'AWS::EKS::Container': { kind: 'container', words: 'Kubernetes (EKS)' },
  'AWS::ElasticBeanstalk::Environment': { kind: 'instance', words: 'Elastic Beanstalk' },
  'AWS::AppRunner::Service': { kind: 'container', words: 'App Runner' },
  'AWS::Lambda': { kind: 'function', words: 'Lambda service' },
  'AWS::Lambda::Function': { kind: 'function', words: 'Lambda function' },
  'AWS::ApiGateway::Stage': { kind: 'gateway', words: 'API Gateway' },
  'AWS::DynamoDB::Table': { kind: 'table', words: 'DynamoDB table' },
  'AWS::DynamoDB': { kind: 'table', words: 'DynamoDB' },
  'AWS::S3::Bucket': { kind: 'bucket', words: 'S3 bucket' },
  'AWS::S3': { kind: 'bucket', words: 'S3' },
  'AWS::SQS::Queue': { kind: 'queue', words: 'SQS queue' },
  'AWS::SQS': { kind: 'queue', words: 'SQS' },
  'AWS::SNS': { kind: 'topic', words: 'SNS topic' },
};

/** describeType gives the icon and plain words for a node type; unknown types keep their own name. */
export const describeType = (type: string | null): TypeWords => {
  if (type === null || type === '') return { kind: 'service', words: 'Service' };
  const found = known[type];
  if (found !== undefined) return found;
  return type.startsWith('AWS::') ? { kind: 'cloud', words: type.slice(5).replaceAll('::', ' ') } : { kind: 'service', words: type };
};

/** shortName cuts what nobody reads off resource names: queue URLs and ARNs keep their last part. */
export const shortName = (name: string): string => {
  if (/^https?:\/\/[^/]+\/\d{12}\//.test(name)) return name.slice(name.lastIndexOf('/') + 1);
  if (name.startsWith('arn:')) return name.split(/[:/]/).at(-1) ?? name;
  return name;
};
