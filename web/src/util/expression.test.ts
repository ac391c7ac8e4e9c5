import { expect, test } from 'vitest';
import { allOf, annotationFilter, bandExpression, noneOf } from './expression';

test.each([
  ['plan', 'gold', 'annotation.plan = "gold"'],
  ['plan', 'a "b" \\c\n', 'annotation.plan = "a \\"b\\" \\\\c\\n"'],
  ['order.id', 7.5, 'annotation["order.id"] = 7.5'],
  ['vip', true, 'annotation.vip = true'],
  ['x', null, null],
  ['x', ['y'], null],
])('%s = %j', (key, value, want) => expect(annotationFilter(key, value)).toBe(want));

test('parts are put together so that each keeps its meaning', () => {
  expect([allOf(), allOf('', ' fault '), allOf('fault', 'fault'), allOf('a OR b', 'c', 'user = "x or y"')]).toEqual(['', 'fault', 'fault', '(a OR b) AND c AND (user = "x or y")']);
  expect(noneOf('a OR b')).toBe('!(a OR b)');
  expect([bandExpression(null, null), bandExpression(0.5, null), bandExpression(null, 2), bandExpression(0, 2)]).toEqual(['', 'responsetime >= 0.5', 'responsetime < 2', 'responsetime >= 0 AND responsetime < 2']);
});
