import { expect, test } from 'vitest';
import { paths, scopeOf } from './paths';
import { defaultView } from './view';

test('links of the console', () => {
  const id = '1-68d2f0a1-5f84c7a21e7b6d0f3a9c2b14';
  expect([
    paths.map(),
    paths.map({ node: 'orders|client' }),
    paths.traces({ via: ['a|remote', 'b'], classes: ['fault'] }),
    paths.trace(id),
    paths.trace(id, { row: 'c8d7e6f5a4b39281', tab: 'sql' }),
    paths.trace('a/b?'),
    paths.traces({ filter: 'annotation.plan = "gold"' }),
    paths.traceFile(),
    paths.compare(id),
    paths.compare(id, 'a&b'),
    paths.analytics({ group: 'g' }, { select: 'fault', min: 0.5 }),
    paths.start(),
  ]).toMatchInlineSnapshot(`
    [
      "/map",
      "/map?node=orders%7Cclient",
      "/traces?class=fault&via=a%7Cremote&via=b",
      "/trace/1-68d2f0a1-5f84c7a21e7b6d0f3a9c2b14",
      "/trace/1-68d2f0a1-5f84c7a21e7b6d0f3a9c2b14?row=c8d7e6f5a4b39281&tab=sql",
      "/trace/a%2Fb%3F",
      "/traces?filter=annotation.plan+%3D+%22gold%22",
      "/trace-file",
      "/compare?a=1-68d2f0a1-5f84c7a21e7b6d0f3a9c2b14",
      "/compare?a=1-68d2f0a1-5f84c7a21e7b6d0f3a9c2b14&b=a%26b",
      "/analytics?group=g&select=fault&min=0.5",
      "/start",
    ]
  `);
});

test('another page gets the time, the filter and the group, and nothing else', () => {
  const view = { ...defaultView, live: false, filter: 'fault', node: 'x', row: 'y', range: { kind: 'last', seconds: 3600 } } as const;
  expect(paths.traces(scopeOf(view))).toBe('/traces?last=1h&live=off&filter=fault');
});
