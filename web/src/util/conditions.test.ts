import { describe, expect, test } from 'vitest';
import { bandIn, conditionsOf, hasCondition, joined, listConditions, listFilter, negated, nodeCondition, withBand, withCondition, withoutCondition } from './conditions';

test.each([
  ['', []],
  ['fault', ['fault']],
  ['fault AND user = "a"', ['fault', 'user = "a"']],
  ['fault and user = "a AND b" And ok', ['fault', 'user = "a AND b"', 'ok']],
  ['user = "a \\" AND b" AND ok', ['user = "a \\" AND b"', 'ok']],
  ['fault OR ok AND error', ['fault OR ok AND error']],
  ['(fault AND ok) AND service("x") { error AND root }', ['(fault AND ok)', 'service("x") { error AND root }']],
  ['annotation.and = 1 AND annotation[or] = 2', ['annotation.and = 1', 'annotation[or] = 2']],
  ['ok !partial AND duration<3', ['ok !partial', 'duration<3']],
  ['fault AND', ['fault']],
])('the conditions of %j', (expression, want) => {
  expect(conditionsOf(expression)).toEqual(want);
});

test('joining keeps the meaning', () => {
  expect(joined(['fault OR error', 'ok'])).toBe('(fault OR error) AND ok');
  expect(joined(['fault OR error'])).toBe('fault OR error');
  expect(joined(['', 'ok'])).toBe('ok');
});

describe('adding and excluding', () => {
  const gold = 'annotation.plan = "gold"';
  test('a condition is there once', () => {
    expect(withCondition('fault', gold)).toBe(`fault AND ${gold}`);
    expect(withCondition(`fault AND ${gold}`, gold)).toBe(`fault AND ${gold}`);
    expect(hasCondition(`fault AND ${gold}`, gold)).toBe(true);
    expect(withoutCondition(`fault AND ${gold}`, gold)).toBe('fault');
  });
  test('a condition takes the place of its opposite', () => {
    const excluded = withCondition(`fault AND ${gold}`, negated(gold));
    expect(excluded).toBe(`fault AND !(${gold})`);
    expect(withCondition(excluded, gold)).toBe(`fault AND ${gold}`);
  });
});

describe('bands of response times', () => {
  test.each([
    ['', null],
    ['fault', null],
    ['responsetime >= 0.2 AND responsetime < 1.5', { from: 0.2, to: 1.5 }],
    ['fault AND responseTime > 2', { from: 2, to: Infinity }],
    ['service("a") { responsetime > 2 }', null],
  ])('%j asks for %o', (expression, want) => {
    expect(bandIn(expression)).toEqual(want);
  });
  test('another band takes the place of the old one', () => {
    expect(withBand('fault AND responsetime > 3', { from: 0.1, to: 0.5 })).toBe('fault AND responsetime >= 0.1 AND responsetime < 0.5');
    expect(withBand('responsetime > 3 AND fault', { from: 0, to: 1e-6 })).toBe('fault AND responsetime < 0.000001');
    expect(withBand('fault AND responsetime > 3', null)).toBe('fault');
  });
});

test('chips and places on the map become conditions', () => {
  expect(nodeCondition('a"b|AWS::SNS')).toBe('service(id(name: "a\\"b", type: "AWS::SNS"))');
  expect(nodeCondition('a||111122223333')).toBe('service(id(name: "a", account.id: "111122223333"))');
  const view = { filter: 'ok OR fault', group: 'gold "x"', classes: ['fault', 'pending'] as const, via: ['web|client'] };
  expect(listFilter({ ...view, classes: [...view.classes] })).toBe(
    '(ok OR fault) AND service(id(name: "web", type: "client")) AND (fault OR !(ok OR error OR fault OR throttle)) AND group.name = "gold \\"x\\""',
  );
  expect(listConditions({ filter: 'ok AND fault', group: '', classes: [], via: [] })).toEqual([
    { expression: 'ok', part: 'filter' },
    { expression: 'fault', part: 'filter' },
  ]);
});
