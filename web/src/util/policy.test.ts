import { expect, test } from 'vitest';
import { examplePolicy, jsonProblem, prettyJson } from './policy';

test.each([
  ['', /Write a policy/],
  ['{"a":', /^This is not JSON: /],
  ['[1]', /JSON object/],
  ['null', /JSON object/],
  [JSON.stringify({ a: 'é'.repeat(2600) }), /has 5\d\d\d bytes; 5120/],
])('%.20s', (text, problem) => expect(jsonProblem(text)).toMatch(problem));

test('the example is JSON, and pretty', () => {
  const text = examplePolicy('111122223333');
  expect(jsonProblem(text)).toBeNull();
  expect(prettyJson(JSON.stringify(JSON.parse(text)))).toBe(text);
  expect(prettyJson('{')).toBe('{');
});
