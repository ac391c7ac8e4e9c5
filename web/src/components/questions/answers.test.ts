import { expect, test } from 'vitest';
import type { AnalyzeResponse, Figures, Row, Set as TraceSet, TimeSeries } from '../../api/rayscope.gen';
import { targetOf } from '../../api/targetQueries';
import { edgeKey, type Graph, type GraphNode } from '../../graph/graph';
import { noCounts, type Counts } from '../../util/status';
import { defaultView } from '../../url/view';
import { filterBy, type Findings } from './answer';
import { whatDepends, whereThrottled } from './graphAnswers';
import { targetsMet, whatFailed, whereSlow, whoAffected, wrongNow } from './trafficAnswers';
import { roundedDown, slowLine } from './useFindings';

const figures = (Count: number, FaultCount = 0, P95: number | null = null): Figures => ({ Count, OkCount: Count - FaultCount, ErrorCount: 0, FaultCount, ThrottleCount: 0, OpenCount: 0, Average: null, P50: null, P95, P99: null });
const set = (...args: Parameters<typeof figures>): TraceSet => ({ ...figures(...args), Min: null, Max: null, P75: null, P90: null });
const series = (bad: number[], good: number[]): TimeSeries => ({ Period: 60, Points: bad.map((count, i) => ({ Time: i * 60, A: figures(count), B: figures(good[i] ?? 0) })) });
const row = (value: string, count: number): Row => ({ Value: { String: value, Number: null, Boolean: null }, Expression: null, Missed: 0, A: { ...figures(count), Share: 0 }, B: null, Delta: null });
const causes = (Attribute: string, ...Rows: Row[]) => [{ Attribute, Traces: 0, Distinct: 0, Exact: true, Rows, Others: row('', 0) }];
const users = (All: number) => ({ All, Faulted: 0, Errored: 0, Throttled: 0, Slowed: null });

const answer = (more: Partial<AnalyzeResponse>): AnalyzeResponse => ({ TracesSeen: 0, Exact: true, StoppedBecause: null, ReachedTime: 0, RelativeError: 0, A: set(0), B: set(0), Histogram: null, TimeSeries: null, HeatMap: null, Tables: [], KeysLeftOut: 0, Users: null, Ranking: null, Exceptions: null, ...more } as AnalyzeResponse);

const incident: Findings = {
  view: { ...defaultView, filter: 'service("web")' },
  target: { GroupName: '', Availability: 99.9, ResponseTime: 1 },
  all: answer({ A: set(500, 40, 1.8), Users: { Exact: true, A: users(50), B: null } }),
  faults: answer({
    A: set(40, 40),
    B: set(460),
    TimeSeries: series([0, 0, 0, 0, 40], [100, 100, 100, 100, 60]),
    Tables: causes('rootcause.fault', row('web → orders → payments', 20), row('orders → payments', 16), row('web → stock', 4)),
    Users: { Exact: true, A: users(5), B: users(50) },
    Ranking: { Circumstances: [{ Attribute: 'annotation.plan', Value: { String: 'pro', Number: null, Boolean: null }, Expression: 'annotation.plan = "pro"', CountA: 38, CountB: 2, ShareA: 0.95, ShareB: 0.004, Difference: 0.94, Score: 0.8, OddsRatio: 900 }], Places: [], Outcomes: [], Candidates: 1 },
    Exceptions: { Exact: true, Groups: [{ Service: 'payments', Type: 'Timeout', Message: 'no answer in {n} ms', Count: 32, A: 32, B: 0, Users: 5, UsersExact: true, FirstSeen: 0, LastSeen: 0, ExampleTrace: '', Example: 'no answer in 310 ms' }] },
  }),
  slow: answer({ A: set(42), B: set(458), TimeSeries: series([0, 0, 0, 1, 41], [100, 100, 100, 99, 59]), Tables: causes('rootcause.responsetime', row('web → orders → payments', 40)) }),
  line: { seconds: 1, isTarget: true },
};

test('an incident is told with where it began and who was hit', () => {
  expect(wrongNow(incident)).toMatchObject({ status: 'fault', figure: '40 %', sentence: 'Yes: 40 % of requests failed in the last 60 seconds; before that it was 0 %.' });
  expect(whatFailed(incident).sentence).toBe('40 requests failed; 90 % of them failed first in payments; it says “Timeout: no answer in 310 ms”.');
  expect(whoAffected(incident)).toMatchObject({ figure: '10 %', sentence: '5 of 50 users had a request that failed; 95 % of the failures are requests with annotation plan = pro, which is 8 % of all requests.' });
  expect(whereSlow(incident)).toMatchObject({ status: 'error', sentence: '42 requests took 1 s or longer; in 95 % of them most of the time was spent in payments.' });
  expect(targetsMet(incident)).toMatchObject({ status: 'fault', figure: '92 %', sentence: 'No: 92 % of requests did not fail, where 99.9 % is wanted, so failures were 80 times what that allows; 95 % were answered within 1.8 s, where 1 s is wanted.' });
});

test('of one failure no share is told, and the nearest caller speaks for a place that never reports', () => {
  const away = { ...incident.faults, A: set(1, 1), Tables: causes('rootcause.fault', row('web → orders → payments → cards.example', 1)) };
  expect(whatFailed({ ...incident, faults: away }).sentence).toBe('1 request failed, first in cards.example; payments says “Timeout: no answer in 310 ms”.');
});

test('the slowest twentieth of requests that all came just now is no news', () => {
  const young: Findings = { ...incident, faults: answer({ B: set(500), TimeSeries: series([0, 0, 0, 0, 0], [0, 0, 0, 0, 500]) }), slow: answer({ A: set(27), B: set(473), TimeSeries: series([0, 0, 0, 0, 27], [0, 0, 0, 0, 473]) }), line: { seconds: 0.13, isTarget: false } };
  expect(wrongNow(young)).toMatchObject({ status: 'ok', sentence: 'No: none of 500 requests failed in the last 60 seconds.' });
});

const told = (Service: string, Type: string, Message: string, A: number, Example = Message) => ({ Service, Type, Message, Count: A, A, B: 0, Users: A, UsersExact: true, FirstSeen: 0, LastSeen: 0, ExampleTrace: '', Example });

test('two troubles at once are told as two, each in its fullest words and with its own link', () => {
  const mixed: Findings = {
    ...incident,
    faults: {
      ...incident.faults,
      Tables: causes('rootcause.fault', row('web → orders → stock', 19), row('web → orders → payments → cards.example', 17), row('web → mail', 2)),
      Exceptions: { Exact: true, Groups: [
        told('stock', 'errorString', 'no list price', 19),
        told('stock', 'status.Error', 'rpc error: code = Internal desc = product {n}: no list price', 19, 'rpc error: code = Internal desc = product 7: no list price'),
        told('orders', 'wrapError', 'stock: no list price', 19),
        told('payments', 'deadlineExceeded', 'deadline exceeded', 17),
        told('payments', 'wrapError', 'cards gave no answer: deadline exceeded', 17),
      ] },
    },
  };
  const { sentence, drawing } = whatFailed(mixed);
  expect(sentence).toBe('40 requests failed, and it began in 2 places: 19 in stock (it says “product 7: no list price”) and 17 in cards.example (payments says “cards gave no answer: deadline exceeded”); 4 failed first elsewhere.');
  const links = drawing?.kind === 'meters' ? drawing.meters.map(({ to = '' }) => new URLSearchParams(to.split('?')[1]).get('filter')) : [];
  expect(links[1]).toBe('service("web") AND fault AND rootcause.fault.service { last and name = "cards.example" }');
});

test('when hardly anything comes, that is said, and no link leads to nothing', () => {
  const quiet: Findings = { ...incident, all: answer({ A: set(19, 0, 0.08) }), faults: answer({ B: set(19), TimeSeries: series([0, 0, 0, 0, 0], [5, 5, 5, 4, 0]) }), slow: answer({ A: set(0), B: set(19), TimeSeries: series([0, 0, 0, 0, 0], [5, 5, 5, 4, 0]) }) };
  expect(wrongNow(quiet)).toMatchObject({ status: 'pending', figure: '0', sentence: 'It is too quiet to tell: no request came in the last 60 seconds; of 19 before that, none failed.' });
  expect(whoAffected(quiet).sentence).toBe('Nobody: no request was slow; the requests do not name their users.');
  expect([wrongNow, whatFailed, whoAffected, targetsMet].map((ask) => ask(quiet).link.words)).toEqual(Array(4).fill('See all requests'));
});

test('links narrow the traces of the page to those that are meant', () => {
  const filterOf = ({ link }: { link: { to: string } }) => new URLSearchParams(link.to.split('?')[1]).get('filter');
  expect(filterOf(whatFailed(incident))).toBe('service("web") AND fault AND rootcause.fault.service { last and name = "payments" }');
  expect(filterOf(whoAffected(incident))).toBe('service("web") AND fault AND annotation.plan = "pro"');
  expect(filterOf(targetsMet(incident))).toBe('service("web") AND (fault OR responsetime > 1)');
  expect(filterBy({ ...defaultView, filter: 'ok or error' }, 'partial')).toBe('(ok or error) AND partial');
});

test('a calm system says so', () => {
  const calm: Findings = { ...incident, all: answer({ A: set(500, 0, 0.21), Users: { Exact: true, A: users(50), B: null } }), faults: answer({ B: set(500), TimeSeries: series([0, 0], [250, 250]), Users: { Exact: true, A: users(0), B: users(50) } }), slow: answer({ A: set(25), B: set(475), TimeSeries: series([12, 13], [238, 237]) }), line: { seconds: 0.2, isTarget: false } };
  expect(wrongNow(calm)).toMatchObject({ status: 'ok', sentence: 'No: none of 250 requests failed in the last 60 seconds.' });
  expect(whatFailed(calm)).toMatchObject({ status: 'ok', sentence: 'Nothing: none of 500 requests failed in the last 15 minutes.' });
  expect(whoAffected(calm)).toMatchObject({ status: 'ok', sentence: 'Nobody: none of 50 users had a request that failed.' });
  expect(whereSlow(calm)).toMatchObject({ status: 'ok', sentence: 'The slowest 5 % of requests took 200 ms or longer, and no single service explains it.' });
  expect(targetsMet(calm)).toMatchObject({ status: 'ok', figure: '100 %' });
});

test('the line of what is slow is the target where it is missed', () => {
  const target = incident.target;
  expect(slowLine(1.2, target)).toEqual({ seconds: 1, isTarget: true });
  expect(slowLine(0.2187, target)).toEqual({ seconds: 0.21, isTarget: false });
  expect(slowLine(null, target)).toEqual({ seconds: 1, isTarget: true });
  expect([0.00123, 0.0999, 12.3, 0].map(roundedDown)).toEqual([0.0012, 0.099, 12, 0]);
});

test('a group without a target has that of all requests, and that has a default', () => {
  const Default = { GroupName: '', Availability: 99.9, ResponseTime: 1 };
  const all = { GroupName: '', Availability: 99, ResponseTime: 2 };
  const gold = { GroupName: 'gold', Availability: 99.99, ResponseTime: 0.3 };
  expect(targetOf({ Default, Targets: [] }, 'gold')).toEqual({ target: Default, from: 'default' });
  expect(targetOf({ Default, Targets: [all] }, 'gold')).toEqual({ target: all, from: 'all' });
  expect(targetOf({ Default, Targets: [all, gold] }, 'gold')).toEqual({ target: gold, from: 'own' });
});

const node = (name: string, counts: Partial<Counts>, isRoot = false): GraphNode => {
  const all = { ...noCounts, ...counts };
  const total = Object.values(all).reduce((sum, count) => sum + count, 0);
  return { key: name, name, type: null, isClient: false, isRoot, traffic: { counts: all, total, average: null, histogram: [] } };
};

test('throttling and dependencies are told from the map', () => {
  const [web, users_, db] = [node('web', { ok: 70, throttle: 20 }, true), node('users', { ok: 60, throttle: 21 }), node('db', { ok: 80, throttle: 1 })];
  const edge = (from: GraphNode, to: GraphNode) => ({ key: edgeKey(from.key, to.key), from: from.key, to: to.key, aliases: [], isLink: false, traffic: to.traffic });
  const graph: Graph = { nodes: [web, users_, db], edges: [edge(web, users_), edge(users_, db)] };
  expect(whereThrottled(graph, defaultView)).toMatchObject({ figure: '20', sentence: 'users turned away 20 of 81 calls because there were too many (25 %), and 1 other did so too.' });
  expect(whatDepends(graph, defaultView).sentence).toBe('3 services are on the map; the busiest way is web → users → db; most depends on db, which 2 of 2 services need.');
  expect(whereThrottled({ nodes: [node('web', { ok: 90 })], edges: [] }, defaultView)).toMatchObject({ status: 'ok', sentence: 'Nowhere: none of 90 calls in the last 15 minutes was turned away.' });
  expect(whatDepends({ nodes: [], edges: [] }, defaultView).sentence).toBe('No service reported in the last 15 minutes.');
  expect(whatDepends({ nodes: [web], edges: [] }, defaultView).sentence).toBe('1 service is on the map; all requests end in web, and nothing calls anything else.');
});
