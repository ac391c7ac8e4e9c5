import { expect, test } from 'vitest';
import { reachable, snippetsFor, snippetTabs } from './snippets';

const addresses = { endpoint: 'http://127.0.0.1:1895', daemon: '127.0.0.1:2000', region: 'eu-west-1' };

test.each([
  ['127.0.0.1:2000', '127.0.0.1:2000'],
  ['0.0.0.0:2000', 'traces.example.net:2000'],
  ['[::]:2000', 'traces.example.net:2000'],
  [':2000', 'traces.example.net:2000'],
  ['', null],
  ['nonsense', null],
])('the daemon %j is reached at %s', (address, want) => {
  expect(reachable(address, 'traces.example.net')).toBe(want);
});

const everything = (tab: (typeof snippetTabs)[number], daemon: string | null = addresses.daemon): string =>
  snippetsFor({ ...addresses, daemon })[tab].steps.map(({ code }) => code).join('\n');

test.each(['python', 'node', 'go', 'java'] as const)('%s sends to the daemon of this server', (tab) => {
  expect(everything(tab, '10.0.0.7:3000')).toContain('AWS_XRAY_DAEMON_ADDRESS=10.0.0.7:3000');
  expect(everything(tab, null)).toContain('AWS_XRAY_DAEMON_ADDRESS=127.0.0.1:2000');
});

test('curl and the CLI send to the API of this server', () => {
  expect(everything('curl')).toContain('http://127.0.0.1:1895/TraceSegments');
  expect(everything('cli')).toContain('--endpoint-url http://127.0.0.1:1895 --region eu-west-1');
});

test('no snippet has a hole left', () => {
  for (const tab of snippetTabs) expect(everything(tab)).not.toMatch(/undefined|null|NAME\b/);
});
