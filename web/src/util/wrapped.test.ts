import { expect, test } from 'vitest';
import { familiesOf, wraps } from './wrapped';

test('an exception wraps another one whose message ends its own', () => {
  const cases: [string, string, boolean][] = [
    ['fmt.wrapError: charge: context deadline exceeded', 'context.deadlineExceededError: context deadline exceeded', true],
    ['java.lang.RuntimeException: java.io.IOException: reset', 'java.io.IOException: reset', true],
    ['order 12: charge: no answer', 'no answer', true],
    ['context.deadlineExceededError: context deadline exceeded', 'fmt.wrapError: charge: context deadline exceeded', false],
    ['Timeout: no answer', 'Timeout: no answer', false],
    ['fmt.wrapError: the database does not answer', 'Error: answer', false],
    ['Error: ', 'E: ', false],
  ];
  for (const [outer, inner, want] of cases) expect(wraps(outer, inner), `${outer} | ${inner}`).toBe(want);
});

test('one failure that calls pass on is told once, and another one stands for itself', () => {
  const told = (text: string, count: number) => ({ entry: { text, count }, text });
  const list = [
    told('statusError: orders answered {n}: charge: deadline exceeded', 9),
    told('wrapError: charge: deadline exceeded', 9),
    told('Missing: no list price', 7),
    told('deadlineExceeded: deadline exceeded', 9),
    told('Other: in the end: no list price', 8),
  ];
  const found = familiesOf(list, (outer, inner) => outer.count <= inner.count);
  expect(found.map(({ head, wrappers }) => [head.text, wrappers.map(({ text }) => text)])).toEqual([
    ['deadlineExceeded: deadline exceeded', ['wrapError: charge: deadline exceeded', 'statusError: orders answered {n}: charge: deadline exceeded']],
    ['Missing: no list price', []],
    ['Other: in the end: no list price', []],
  ]);
});
