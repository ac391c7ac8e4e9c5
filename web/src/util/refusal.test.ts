import { describe, expect, test } from 'vitest';
import { ApiError } from '../api/client';
import { fieldsOf, refusalOf } from './refusal';

const refused = (said: string): ApiError => new ApiError('refused', `Rayscope refused the request. It says: ${said}`, 'InvalidRequestException', said);
const fields = [...fieldsOf('Priority', 'FixedRate', 'SamplingRateBoost'), { name: 'RuleName', named: /\bRuleName\b|exists already/ }];

describe('refusalOf', () => {
  test.each([
    ['SamplingRule.Priority is 0; it must be from 1 to 9999, and rules with lower ones are tried first.', 'Priority'],
    ['SamplingRule.SamplingRateBoost.MaxRate is 2; it must be from 0 to 1.', 'SamplingRateBoost'],
    ['A sampling rule with the name a exists already. Choose another name, or change the rule with UpdateSamplingRule.', 'RuleName'],
    ['SamplingRuleUpdate changes more than FixedRate and Priority.', 'FixedRate'],
    ['There are 25 sampling rules beside Default, which is the most. Delete one first.', null],
  ])('%s', (said, field) => {
    expect(refusalOf(refused(said), fields)).toEqual({ field, text: said });
  });

  test('a server that did not answer is about no field', () => {
    expect(refusalOf(new ApiError('offline', 'Rayscope did not answer.'), fields)).toEqual({ field: null, text: 'Rayscope did not answer.' });
    expect(refusalOf(null, fields)).toBeNull();
  });
});
