import { expect, test } from 'vitest';
import { isOwn, runsOf } from './frames';

const frame = (path: string | null, label: string | null = null) => ({ path, line: 1, label });

test.each([
  ['/srv/app/handler.py', null, true],
  ['/srv/app/.venv/lib/python3.12/site-packages/flask/app.py', null, false],
  ['C:\\app\\node_modules\\express\\router.js', null, false],
  ['node:internal/process/task_queues', null, false],
  ['/srv/go/pkg/mod/github.com/x/y@v1.2.3/z.go', null, false],
  ['/usr/local/go/src/net/http/server.go', null, false],
  ['net/http/server.go', null, false],
  ['shop/orders/runtime.go', 'orders.pay', true],
  ['OrderService.java', 'com.example.shop.OrderService.pay', true],
  ['Method.java', 'java.lang.reflect.Method.invoke', false],
  [null, null, true],
])('%s %s: own code %s', (path, label, want) => expect(isOwn(frame(path, label))).toBe(want));

test('neighbours are gathered and the order stays', () => {
  const stack = [frame('net/http/server.go'), frame('a.go'), frame('b.go'), frame('runtime/panic.go'), frame('runtime/asm.s')];
  expect(runsOf(stack).map(({ own, frames }) => [own, frames.length])).toEqual([[false, 1], [true, 2], [false, 2]]);
  expect(runsOf([])).toEqual([]);
});
