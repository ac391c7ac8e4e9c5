import { describe, expect, test } from 'vitest';
import type { SamplingRule } from '../api/adminTypes';
import { changeOf, draftOf, howMuchText, inOrder, mistakesOf, percentText, perSecondText, seriesOf, whichText, whyText } from './samplingRule';

const rule = (more: Partial<SamplingRule> = {}): SamplingRule => ({
  RuleName: 'orders',
  RuleARN: 'arn:aws:xray:eu-central-1:111122223333:sampling-rule/orders',
  Priority: 250,
  FixedRate: 0.07,
  ReservoirSize: 5,
  ServiceName: '*',
  ServiceType: '*',
  Host: '*',
  HTTPMethod: 'POST',
  URLPath: '/orders/*',
  ResourceARN: '*',
  Attributes: {},
  ...more,
});

describe('a rule in the form', () => {
  test('goes back as it was', () => {
    const is = rule({ Attributes: { tenant: 'a' }, SamplingRateBoost: { MaxRate: 0.29, CooldownWindowMinutes: 3 } });
    expect({ ...changeOf(draftOf(is, [is])), RuleARN: is.RuleARN }).toEqual(is);
  });

  test('without a boost none is sent, which removes it', () => expect('SamplingRateBoost' in changeOf(draftOf(rule(), []))).toBe(false));

  test('of Default only rate and reservoir are sent', () => {
    expect(changeOf({ ...draftOf(rule({ RuleName: 'Default', Priority: 10_000 }), []), rate: '12.5' })).toEqual({ RuleName: 'Default', FixedRate: 0.125, ReservoirSize: 5 });
  });

  test('a new one gets the next hundred as priority', () => {
    expect(draftOf(null, [rule(), rule({ RuleName: 'Default', Priority: 10_000 })]).priority).toBe('300');
    expect(draftOf(null, []).priority).toBe('100');
    expect(draftOf(null, [rule({ Priority: 9950 })]).priority).toBe('9999');
  });

  test.each([
    [{ priority: '1.5' }, 'Priority'],
    [{ reservoir: '' }, 'ReservoirSize'],
    [{ rate: '101' }, 'FixedRate'],
    [{ rate: 'all' }, 'FixedRate'],
    [{ boosted: true, boostRate: '' }, 'MaxRate'],
    [{ boosted: true, cooldown: '-1' }, 'CooldownWindowMinutes'],
  ])('%o is a mistake of %s', (patch, member) => expect(Object.keys(mistakesOf({ ...draftOf(rule(), []), ...patch }))).toEqual([member]));

  test('what is not boosted has no mistakes in its boost', () => expect(mistakesOf({ ...draftOf(rule(), []), boostRate: 'x' })).toEqual({}));
});

test('percent has no noise', () => expect([0.07, 0.29, 0.001, 1].map(percentText)).toEqual(['7', '29', '0.1', '100']));

test('rules are in the order in which they are tried', () => {
  const records = [rule({ RuleName: 'b' }), rule({ RuleName: 'a' }), rule({ RuleName: 'Default', Priority: 10_000 }), rule({ RuleName: 'c', Priority: 1 })].map((r) => ({ SamplingRule: r, CreatedAt: 0, ModifiedAt: 0 }));
  expect(inOrder(records).map((r) => r.RuleName)).toEqual(['c', 'a', 'b', 'Default']);
});

test('a rule in words', () => {
  expect(whichText(rule({ Attributes: { tenant: 'a' } }))).toBe('method POST, path /orders/*, attribute tenant = a');
  expect(whichText(rule({ HTTPMethod: '*', URLPath: '*' }))).toBe('every request');
  expect(whichText(rule({ HTTPMethod: '*', URLPath: '*', Attributes: null }))).toBe('every request');
  expect(howMuchText(rule())).toBe('the first 5 each second, then 7 % of the rest');
  expect(howMuchText(rule({ ReservoirSize: 1 }))).toBe('the first each second, then 7 % of the rest');
  expect(howMuchText(rule({ ReservoirSize: 0 }))).toBe('7 % of them');
  expect(howMuchText(rule({ ReservoirSize: 0, FixedRate: 0 }))).toBe('none');
  expect(howMuchText(rule({ SamplingRateBoost: { MaxRate: 0.5, CooldownWindowMinutes: 1 } }))).toBe('the first 5 each second, then 7 % of the rest; up to 50 % while requests go wrong');
});

test('windows without reports are zeros', () => {
  const trend = { RuleName: 'a', Windows: [{ Timestamp: 1010, RequestCount: 7, SampledCount: 2, BorrowCount: 1 }, { Timestamp: 1030, RequestCount: 1, SampledCount: 1, BorrowCount: 0 }] };
  expect(seriesOf({ WindowSeconds: 10, StartTime: 1000, EndTime: 1040, Rules: [trend] }, trend)).toEqual({
    requests: [0, 7, 0, 1],
    sampled: [0, 2, 0, 1],
    borrowed: [0, 1, 0, 0],
    totals: { requests: 8, sampled: 3, borrowed: 1 },
    seconds: 40,
  });
});

test('rates', () => expect([0, 0.001, 0.5, 3.14159, 1234.5].map(perSecondText)).toEqual(['0/s', '< 0.01/s', '0.5/s', '3.14/s', '1,235/s']));

describe('whyText', () => {
  const verdict = { RuleName: 'a', Priority: 1, SkippedFor: null, Mismatches: [] };
  const path = { Member: 'URLPath', Pattern: '/a*', Value: '/b' };
  test.each([
    [{ ...verdict, Verdict: 'decides' }, /^It decides/],
    [{ ...verdict, Verdict: 'differs', Mismatches: [path, { Member: 'HTTPMethod', Pattern: 'POST', Value: 'GET' }] }, /^It does not match: the path \/b is not like \/a\*, and the method GET is not like POST\.$/],
    [{ ...verdict, Verdict: 'later' }, /^It would match, but a rule before it decides/],
    [{ ...verdict, Verdict: 'later', Mismatches: [path] }, /^It comes later, and would not match/],
    [{ ...verdict, Verdict: 'skipped', SkippedFor: 'Attributes' }, /OpenTelemetry/],
  ])('%o', (is, text) => expect(whyText(is)).toMatch(text));
});
