import { expect, test } from 'vitest';
import { annotationFilter } from './expression';

test.each([
  ['plan', 'gold', 'annotation.plan = "gold"'],
  ['plan', 'a "b" \\c\n', 'annotation.plan = "a \\"b\\" \\\\c\\n"'],
  ['order.id', 7.5, 'annotation["order.id"] = 7.5'],
  ['vip', true, 'annotation.vip = true'],
  ['x', null, null],
  ['x', ['y'], null],
])('%s = %j', (key, value, want) => expect(annotationFilter(key, value)).toBe(want));
