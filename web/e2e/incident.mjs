// An incident for the browser tests: 2,000 requests to a shop in 14 minutes, of which the checkouts of one plan become slow and
// then fail, while thirty annotations have nothing to do with it.
import { newId, newTraceId } from './traces.mjs';

/** The same numbers from 0 to 1 in every run. */
const randomFrom = (seed) => () => {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
};

export const requests = 2000;
export const guilty = 'enterprise';

const pages = [
  ['GET', '/'],
  ['GET', '/products/'],
  ['POST', '/checkout'],
];
const plans = ['free', 'team', 'pro', guilty];
const lasts = 14 * 60;

/** When the checkouts of the plan become slow, and when they begin to fail, in seconds since the first request. */
export const slowFrom = 7 * 60;
const failFrom = 10 * 60;

const innocent = (random) => Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`innocent_${i}`, `v${Math.floor(random() * (2 + i * i))}`]));

const segmentsOf = (random, at, since) => {
  const [method, path] = pages[Math.floor(random() * pages.length)];
  const plan = plans[Math.floor(random() * plans.length)];
  const hit = path === '/checkout' && plan === guilty && since > slowFrom && random() < 0.9;
  const failed = (hit && since > failFrom) || random() < 0.008;
  const denied = !failed && random() < 0.03;
  const time = (0.02 + 0.08 * random() ** 3) * (path === '/checkout' ? 3 : 1) + (hit ? 1 + random() * 0.8 : 0);
  const status = failed ? 502 : denied ? 404 : 200;
  const trace_id = newTraceId(at);
  const [id, call] = [newId(), newId()];
  const url = `https://shop.example.com${path}${path.endsWith('s/') ? 10_000 + Math.floor(random() * 5000) : ''}`;
  const pays = path === '/checkout';
  const root = {
    trace_id, id, name: 'web', origin: 'AWS::ECS::Fargate', start_time: at, end_time: at + time, user: `u-${1000 + Math.floor(random() * 400)}`,
    http: { request: { method, url, user_agent: random() < 0.5 ? 'Firefox/140.0' : 'Chrome/140.0', client_ip: `203.0.113.${Math.floor(random() * 20)}` }, response: { status } },
    ...(failed ? { fault: true } : denied ? { error: true } : {}),
    annotations: { plan, ...innocent(random) },
    subsegments: pays ? [{ id: call, name: 'payments', namespace: 'remote', start_time: at + 0.01, end_time: at + time - 0.005, ...(failed ? { fault: true } : {}) }] : [],
  };
  if (!pays) return [root];
  const cause = { exceptions: [{ id: newId(), type: 'CardTimeout', message: `card processor did not answer within ${Math.round(time * 1000)} ms` }] };
  return [root, { trace_id, id: newId(), parent_id: call, name: 'payments', origin: 'AWS::ECS::Fargate', start_time: at + 0.012, end_time: at + time - 0.006, ...(failed ? { fault: true, cause } : {}) }];
};

/** incident gives the documents of all requests; the last one ended some seconds before `end`, in epoch seconds. */
export const incident = (end) => {
  const random = randomFrom(4711);
  const start = end - lasts - 10;
  const times = Array.from({ length: requests }, () => random() * lasts).sort((a, b) => a - b);
  return { start, documents: times.flatMap((since) => segmentsOf(random, start + since, since)) };
};
