import { expect, test } from 'vitest';
import { shareWords } from './useShare';

const counted = (Count: number, Exact = true) => ({ Exact, A: { Count } });

test.each([
  [counted(20), counted(60), '20 traces, 33 % of all'],
  [counted(1), counted(1), '1 trace, 100 % of all'],
  [counted(0), counted(60), '0 traces, 0 % of all'],
  [counted(0), counted(0), 'no traces in the last hour'],
  [counted(61), counted(60), '61 traces, 100 % of all'], // one came between the two counts
  [counted(20, false), counted(60), 'at least 20 traces'],
  [counted(20), counted(60, false), '20 traces'],
])('%j of %j', (part, all, want) => expect(shareWords(part, all)).toBe(want));
