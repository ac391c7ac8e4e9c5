import { describe, expect, test } from 'vitest';
import { patched } from './urlState';
import { defaultView, readView, viewCodec, writeView, type View } from './view';

const read = (query: string): View => readView(new URLSearchParams(query));

describe('the codec of the view', () => {
  test.each<[string, Partial<View>]>([
    ['', {}],
    ['last=1h', { range: { kind: 'last', seconds: 3600 } }],
    ['last=90s&live=off', { range: { kind: 'last', seconds: 90 }, live: false }],
    ['from=1758654000&to=1758654900', { range: { kind: 'between', start: 1758654000, end: 1758654900 } }],
    ['node=orders%7CAWS%3A%3AECS%3A%3AFargate', { node: 'orders|AWS::ECS::Fargate' }],
    ['edge=web%3Eapi', { edge: 'web>api' }],
    ['class=fault%2Cok', { classes: ['fault', 'ok'] }],
    ['via=a%7Cremote&via=b', { via: ['a|remote', 'b'] }],
    ['filter=fault+AND+service%28%22a%26b%22%29&group=checkout', { filter: 'fault AND service("a&b")', group: 'checkout' }],
    ['sort=slowest', { sort: 'slowest' }],
    ['row=c8d7e6f5a4b39281&tab=exceptions', { row: 'c8d7e6f5a4b39281', tab: 'exceptions' }],
    ['show=flame&find=SELECT+1&only=failures&zoom=0.0125-3', { pane: 'flame', find: 'SELECT 1', failuresOnly: true, zoom: { from: 0.0125, to: 3 } }],
    ['filter=annotation.plan+%3D+%22gold%22', { filter: 'annotation.plan = "gold"' }],
  ])('%j is read, and written the same', (query, change) => {
    expect(read(query)).toEqual({ ...defaultView, ...change });
    expect(writeView(read(query)).toString()).toBe(query);
  });

  test.each([
    'last=7h',
    'last=0m',
    'last=x',
    'last=15m',
    'from=5',
    'from=10&to=5',
    'from=0&to=99999999',
    'from=NaN&to=Infinity',
    'class=green,',
    'sort=up',
    'tab=none',
    'show=all',
    'only=some',
    'zoom=5-5',
    'zoom=-1-2',
    'zoom=1e3-2e3',
    'live=on',
  ])('%j is as if it were not there', (query) => {
    expect(read(query)).toEqual(defaultView);
  });

  test('a node wins over an edge, as only one of both can be selected', () => {
    expect(read('edge=a%3Eb&node=a')).toMatchObject({ node: 'a', edge: null });
  });

  test('names of any characters survive', () => {
    const node = 'https://sqs.eu-central-1.amazonaws.com/111122223333/Ü & = # +|AWS::SQS::Queue';
    expect(readView(new URLSearchParams(writeView({ ...defaultView, node }).toString())).node).toBe(node);
  });

  test('a change leaves the keys of other codecs alone', () => {
    const query = new URLSearchParams('bins=40&node=orders&last=1h');
    expect(patched(viewCodec, query, { node: null, filter: 'fault' }).toString()).toBe('bins=40&last=1h&filter=fault');
  });
});
