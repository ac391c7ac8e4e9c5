/** X-Ray's limit of a policy document, in bytes. */
export const maxPolicyBytes = 5 * 1024;

/** jsonProblem says what keeps a text from being a JSON object; null if nothing does. The server checks what is in it. */
export const jsonProblem = (text: string): string | null => {
  if (text.trim() === '') return 'Write a policy, or begin with the example.';
  const bytes = new TextEncoder().encode(text).length;
  if (bytes > maxPolicyBytes) return `It has ${bytes} bytes; ${maxPolicyBytes} are allowed.`;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? null : 'A policy is a JSON object: it begins with { and ends with }.';
  } catch (error) {
    return `This is not JSON: ${error instanceof Error ? error.message : 'it cannot be read'}.`;
  }
};

/** prettyJson indents a document; what is no JSON stays as it is. */
export const prettyJson = (text: string): string => {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
};

/** examplePolicy lets a service of AWS write traces for resources of the account. */
export const examplePolicy = (account: string): string =>
  JSON.stringify(
    {
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'TopicsMayTrace',
          Effect: 'Allow',
          Principal: { Service: 'sns.amazonaws.com' },
          Action: ['xray:PutTraceSegments', 'xray:GetSamplingRules', 'xray:GetSamplingTargets'],
          Resource: '*',
          Condition: { StringEquals: { 'aws:SourceAccount': account } },
        },
      ],
    },
    null,
    2,
  );
